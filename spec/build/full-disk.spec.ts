import {execFileSync} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import {StoreError} from '../../lib/errors.ts';
import {type Order, onBusybox, withoutRun, workshopAt} from '../helpers/build.ts';
import {folderFor} from '../helpers/folder.ts';
import {unless} from '../helpers/skip.ts';
import {withoutRoot} from '../helpers/user.ts';

const noise = randomBytes(20_000_000);

/** What fills a disk of 12 MB, and what was being done then. */
const orders: Readonly<Record<string, readonly [doing: string, order: (folder: string) => Order]>> = {
	'a context that is on no disk': [
		'storing the context',
		() => ({lines: ['FROM scratch', 'COPY a /'], files: {a: noise}}),
	],
	'a layer of a COPY': [
		'packing step 2/2',
		folder => {
			writeFileSync(join(folder, 'a'), noise);
			return {lines: ['FROM scratch', 'COPY a /'], context: folder};
		},
	],
	'the output of a RUN': ['doing step 2/2', () => onBusybox('RUN yes | head -c 30000000')],
	'the layer of a RUN': ['packing step 2/2', () => onBusybox('RUN dd if=/dev/urandom of=/x bs=1M count=5')],
	'unpacking what a RUN starts from': [
		'doing step 3/3',
		() => ({...onBusybox('COPY a /', 'RUN true'), files: {a: Buffer.alloc(11_000_000)}}),
	],
};

for (const [what, [doing, order]] of Object.entries(orders)) {
	unless(withoutRoot ?? withoutRun)(
		`a disk that is full by ${what} is an error of the store, and nothing stays behind`,
		async t => {
			const folder = await folderFor(t);
			const shop = workshopAt(t, join(smallDisk(t, folder), 'store'));

			const {error} = await shop.tell(order(folder));

			t.true(error instanceof StoreError, error?.stack);
			t.like(error, {code: 'STORE_FULL', exitCode: 6, message: `no space left for the store while ${doing}`});
			t.deepEqual(shop.leftovers(), []);
		},
	);
}

function smallDisk(t: ExecutionContext, folder: string): string {
	const disk = join(folder, 'disk');
	mkdirSync(disk);
	execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', disk]);
	t.teardown(() => execFileSync('umount', ['--lazy', disk]));
	return disk;
}
