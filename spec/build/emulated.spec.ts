import {release} from 'node:os';
import {hostPlatform} from '../../lib/oci/platform.ts';
import {ofType, outputOf, withoutRun, workshop} from '../helpers/build.ts';
import {without} from '../helpers/programs.ts';
import {unless} from '../helpers/skip.ts';

const isArm = hostPlatform().architecture === 'arm64';
const [major = 0, minor = 0] = release().split('.').map(Number);
const isOld = major < 6 || (major === 6 && minor < 7);
const withoutEmulator =
	withoutRun ??
	without('qemu-aarch64-static') ??
	(isArm ? 'this machine runs arm64 itself' : isOld ? 'user namespaces have emulators from Linux 6.7 on' : undefined);

/** A static program for arm64 that prints `arm64` and a line break: write(1, text, 6), exit(0). */
function arm64Program(): Buffer {
	const code = [0xd2800020, 0x100000e1, 0xd28000c2, 0xd2800808, 0xd4000001, 0xd2800000, 0xd2800ba8, 0xd4000001];
	const [headers, text] = [0x78, 'arm64\n'];
	const size = headers + code.length * 4 + text.length;
	const file = Buffer.alloc(size);
	file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
	for (const [at, value] of [
		[0x10, 2],
		[0x12, 183],
		[0x34, 0x40],
		[0x36, 0x38],
		[0x38, 1],
	] as const)
		file.writeUInt16LE(value, at);
	for (const [at, value] of [
		[0x14, 1],
		[0x40, 1],
		[0x44, 5],
	] as const)
		file.writeUInt32LE(value, at);
	const start = 0x400000n;
	const longs = [
		[0x18, start + BigInt(headers)],
		[0x20, 0x40n],
		[0x50, start],
		[0x58, start],
		[0x60, BigInt(size)],
		[0x68, BigInt(size)],
		[0x70, 0x10000n],
	] as const;
	for (const [at, value] of longs) file.writeBigUInt64LE(value, at);
	for (const [at, word] of code.entries()) file.writeUInt32LE(word, headers + at * 4);
	file.write(text, size - text.length);
	return file;
}

unless(withoutEmulator)(
	'a RUN for another architecture is emulated, with nothing registered on this machine',
	async t => {
		const shop = await workshop(t);

		const {events, config, trees} = await shop.build({
			lines: ['FROM scratch', 'COPY program /', 'RUN ["/program"]'],
			files: {program: {data: arm64Program(), mode: 0o755}},
			platforms: ['linux/arm64'],
		});

		t.is(outputOf(events), 'arm64\n');
		t.is(config.architecture, 'arm64');
		t.deepEqual(trees, [{program: '755 158'}, {}], 'nothing of the emulator is in the image');
		t.like(ofType(events, 'step.finished').at(-1), {result: 'done', emulated: true});
	},
);
