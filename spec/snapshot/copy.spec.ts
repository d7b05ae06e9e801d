import {testSnapshotter} from './conformance.ts';

testSnapshotter('copy');
