import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {type Registration, registrations, registrationText, runs} from '../../lib/worker/binfmt.ts';
import {folderFor} from '../helpers/folder.ts';

const arm64 = {
	magic: '7f454c460201010000000000000000000200b700',
	mask: 'ffffffffffffff00fffffffffffffffffeffffff',
};

/** A registry with this entry, as the kernel shows it. */
async function registryOf(t: ExecutionContext, name: string, ...lines: readonly string[]) {
	const folder = await folderFor(t);
	writeFileSync(join(folder, 'status'), 'enabled\n');
	writeFileSync(join(folder, 'register'), '');
	writeFileSync(join(folder, name), `${lines.join('\n')}\n`);
	return registrations(folder);
}

const usual = ['enabled', 'interpreter /usr/bin/qemu', 'flags: POCF', 'offset 0'];
const pattern = [`magic ${arm64.magic}`, `mask ${arm64.mask}`];

test('what is registered counts by what it runs, not by its name', async t => {
	const [found] = await registryOf(t, 'rosetta', ...usual, ...pattern);

	t.true(found && runs(found, 'arm64'));
	t.false(found && runs(found, 'riscv64'));
	t.is(
		found && registrationText(found),
		String.raw`:rosetta:M:0:\x7f\x45\x4c\x46\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00:\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff:/usr/bin/qemu:POCF`,
	);
});

test('without a mask all bits count', async t => {
	const [found] = await registryOf(t, 'x', ...usual, `magic ${arm64.magic}`);

	t.is(found?.mask.toString('hex'), 'ff'.repeat(20));
	t.true(found && runs(found, 'arm64'));
});

for (const [what, lines] of [
	['is switched off', ['disabled', ...usual.slice(1), ...pattern]],
	['has to be in the image itself', [...usual.with(2, 'flags: OC'), ...pattern]],
	['goes by the end of a name', [...usual.slice(0, 3), 'extension .py']],
] as const) {
	test(`an interpreter that ${what} is none that a container could use`, async t => {
		t.deepEqual(await registryOf(t, 'qemu-aarch64', ...lines), []);
	});
}

test('where there is no registry nothing is registered', t => {
	t.deepEqual(registrations('/no/such/folder') as readonly Registration[], []);
});
