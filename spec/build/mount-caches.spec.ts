import {readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import type {MountsTo} from '../../lib/build/cache-options.ts';
import {type Built, ofType, onBusybox, outputOf, withoutRun, workshop} from '../helpers/build.ts';
import {folderFor} from '../helpers/folder.ts';
import {pushRegistry} from '../helpers/push-registry.ts';
import {unless} from '../helpers/skip.ts';

const runs = unless(withoutRun);

async function place(t: ExecutionContext) {
	const folder = join(await folderFor(t), 'mounts');
	return {
		folder,
		to: {type: 'local', dest: folder} as MountsTo & {type: 'local'},
		from: {type: 'local', src: folder} as const,
	};
}

/** Puts a file of so many bytes into a cache; they do not compress. */
function fill(id: string, bytes: number): string {
	return `RUN --mount=type=cache,id=${id},target=/c head -c ${bytes} /dev/urandom > /c/data && echo ${id} > /c/name`;
}

function look(...ids: readonly string[]): string {
	const mounts = ids.map(id => `--mount=type=cache,id=${id},target=/c/${id}`).join(' ');
	return `RUN ${mounts} for id in ${ids.join(' ')}; do if test -f /c/$id/name; then cat /c/$id/name; else echo none; fi; done`;
}

/** What a new store sees of caches that it takes from a place. */
async function seen(
	t: ExecutionContext,
	line: string,
	from: {readonly type: 'local'; readonly src: string},
): Promise<string> {
	const {events} = await (await workshop(t)).build({...onBusybox(line), cacheMountsFrom: [from]});
	return outputOf(events);
}

runs('the files of a cache mount come from elsewhere, with their owners and modes', async t => {
	const {to, from} = await place(t);
	const make =
		'RUN --mount=type=cache,id=a,target=/c,mode=0750 echo x > /c/f && chmod 0640 /c/f && mkdir /c/d && chmod 1777 /c/d';
	await (await workshop(t)).build({...onBusybox(make), cacheMountsTo: [to]});

	const line = 'RUN --mount=type=cache,id=a,target=/c,mode=0750 stat -c "%a %u %n" /c /c/d /c/f';

	t.is(await seen(t, line, from), '750 0 /c\n1777 0 /c/d\n640 0 /c/f\n');
});

runs('a cache that is here is left as it is', async t => {
	const {to, from} = await place(t);
	await (await workshop(t)).build({...onBusybox(fill('a', 10)), cacheMountsTo: [to]});
	const other = await workshop(t);
	await other.build(onBusybox('RUN --mount=type=cache,id=a,target=/c echo mine > /c/name'));

	const {events} = await other.build({...onBusybox(look('a')), cacheMountsFrom: [from]});

	t.is(outputOf(events), 'mine\n');
});

runs('noCache begins a cache anew, whatever lies elsewhere', async t => {
	const {to, from} = await place(t);
	await (await workshop(t)).build({...onBusybox(fill('a', 10)), cacheMountsTo: [to]});

	const {events} = await (await workshop(t)).build({...onBusybox(look('a')), noCache: true, cacheMountsFrom: [from]});

	t.is(outputOf(events), 'none\n');
});

runs('no more is written than may be; what was used last stays, of other builds too', async t => {
	const {to, from} = await place(t);
	const shop = await workshop(t);
	const capped = {...to, maxSize: 25_000};
	await shop.build({...onBusybox(fill('a', 10_000)), cacheMountsTo: [capped]});
	await shop.build({...onBusybox(fill('b', 10_000)), cacheMountsTo: [capped]});
	const both = await seen(t, look('a', 'b'), from);

	const third = await shop.build({...onBusybox(fill('c', 10_000)), cacheMountsTo: [capped]});

	t.is(both, 'a\nb\n');
	t.is(await seen(t, look('a', 'b', 'c'), from), 'none\nb\nc\n');
	t.like(ofType(third.events, 'cache').at(-1), {
		kind: 'mounts',
		direction: 'to',
		state: 'done',
		entries: 2,
		present: 1,
	});
});

runs('steps and mounts share a folder, each under its tag', async t => {
	const {folder, to, from} = await place(t);
	const order = onBusybox(fill('a', 10));
	await (await workshop(t)).build({
		...order,
		cacheMountsTo: [to],
		cacheTo: [{type: 'local', dest: folder, mode: 'max'}],
	});

	const {rows} = await (await workshop(t)).build({...order, cacheFrom: [from]});

	t.deepEqual(
		rows.filter(row => !row.endsWith(': cached')),
		[],
	);
	t.is(await seen(t, look('a'), from), 'a\n');
});

runs('what is no cache mount is a warning, and the cache begins empty', async t => {
	const {folder, to, from} = await place(t);
	await (await workshop(t)).build({...onBusybox(fill('a', 10)), cacheMountsTo: [to]});
	for (const blob of readdirSync(join(folder, 'blobs/sha256'))) damage(join(folder, 'blobs/sha256', blob));
	const other = await workshop(t);

	const built = await other.build({...onBusybox(look('a')), cacheMountsFrom: [from]});

	t.is(outputOf(built.events), 'none\n');
	t.is(warningsOf(built).length, 1);
	t.deepEqual(other.leftovers(), []);
});

runs('builds that write to one folder at the same moment leave what each has', async t => {
	const {to, from} = await place(t);
	const ids = ['a', 'b', 'c', 'd'];
	const shops = await Promise.all(ids.map(() => workshop(t)));

	await Promise.all(
		shops.map((shop, index) => shop.build({...onBusybox(fill(ids[index] ?? '', 10)), cacheMountsTo: [to]})),
	);

	t.is(await seen(t, look(...ids), from), 'a\nb\nc\nd\n');
});

runs('what a place has, and cannot say now, is not written over', async t => {
	let refuses = false;
	const registry = await pushRegistry(t, (request, response) => {
		if (!refuses || request.method === 'PUT' || !request.url?.includes('/manifests/')) return false;
		response.writeHead(403).end();
		return true;
	});
	const to = {type: 'registry', ref: `${registry.host}/mounts:ci`} as const;
	await (await workshop(t)).build({...onBusybox(fill('a', 10)), cacheMountsTo: [to]});
	const before = registry.manifests.get('mounts:ci')?.bytes;
	refuses = true;

	const built = await (await workshop(t)).build({...onBusybox(fill('b', 10)), cacheMountsTo: [to]});

	t.is(warningsOf(built).length, 1);
	t.deepEqual(registry.manifests.get('mounts:ci')?.bytes, before);
});

runs('files that are lost do not keep others from being written', async t => {
	const {folder, to, from} = await place(t);
	await (await workshop(t)).build({...onBusybox(fill('a', 10)), cacheMountsTo: [to]});
	for (const blob of readdirSync(join(folder, 'blobs/sha256'))) {
		const path = join(folder, 'blobs/sha256', blob);
		if (readFileSync(path)[0] === 0x1f) rmSync(path);
	}

	const built = await (await workshop(t)).build({...onBusybox(fill('b', 10)), cacheMountsTo: [to]});

	t.deepEqual(warningsOf(built), []);
	t.is(await seen(t, look('a', 'b'), from), 'none\nb\n');
});

runs('a build that uses no cache mount writes nothing', async t => {
	const {folder, to} = await place(t);

	await (await workshop(t)).build({...onBusybox('RUN true'), cacheMountsTo: [to]});

	t.throws(() => readdirSync(folder), {code: 'ENOENT'});
});

/** Layers become something else of the same size; documents stay. */
function damage(path: string): void {
	const bytes = readFileSync(path);
	if (bytes[0] !== 0x1f) return;
	rmSync(path);
	writeFileSync(path, bytes.fill(0));
}

function warningsOf({events}: Built): readonly string[] {
	return ofType(events, 'warning').map(({message}) => message);
}
