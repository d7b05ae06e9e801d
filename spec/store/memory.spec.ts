import {memoryBlobs, memoryStore} from '../helpers/memory-store.ts';
import {testBlobs, testStore} from './conformance.ts';

testBlobs('blobs in memory', () => memoryBlobs());
testStore('store in memory', () => memoryStore());
