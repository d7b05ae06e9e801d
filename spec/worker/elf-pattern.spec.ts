import test from 'ava';
import {escaped} from '../../lib/worker/binfmt.ts';
import {elfPattern} from '../../lib/worker/elf-pattern.ts';

/** As Debian's qemu-user-static has them in /usr/lib/binfmt.d, but that for none a bit of the ABI counts. */
const known: Readonly<Record<string, {readonly magic: string; readonly mask: string}>> = {
	arm64: {
		magic: String.raw`\x7f\x45\x4c\x46\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00`,
		mask: String.raw`\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff`,
	},
	arm: {
		magic: String.raw`\x7f\x45\x4c\x46\x01\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x28\x00`,
		mask: String.raw`\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff`,
	},
	s390x: {
		magic: String.raw`\x7f\x45\x4c\x46\x02\x02\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x16`,
		mask: String.raw`\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff`,
	},
};

for (const [architecture, pattern] of Object.entries(known)) {
	test(`programs for ${architecture} are known by what qemu says`, t => {
		const {magic, mask} = elfPattern(architecture) ?? {};

		t.deepEqual({magic: magic && escaped(magic), mask: mask && escaped(mask)}, pattern);
	});
}

test('of an architecture that nobody knows nothing is said', t => {
	t.is(elfPattern('z80'), undefined);
});
