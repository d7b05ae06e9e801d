import {readFileSync} from 'node:fs';
import test from 'ava';
import {runs32BitPrograms} from '../../lib/linux/personality.ts';

const personality = () => readFileSync('/proc/thread-self/personality', 'utf8');

test('to be asked what the processor runs changes nothing', t => {
	const before = personality();

	const answer = runs32BitPrograms();

	t.is(personality(), before);
	if (process.arch === 'x64') t.true(answer);
});
