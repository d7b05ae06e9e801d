import {existsSync, mkdirSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {busyboxFolder, outputOf, withoutRun, workshop} from '../helpers/build.ts';
import {folderFor} from '../helpers/folder.ts';
import {unless} from '../helpers/skip.ts';

// It would fail if two RUNs shared a root filesystem, or one were read or changed while a program runs in it: lib/worker/run-job.ts makes
// working directories and mount points before, and removes them after, each in an upper folder of its own; COPY reads layers that are packed.
unless(withoutRun)('links that one stage swaps lead no other stage astray (CVE-2024-11218)', async t => {
	const shop = await workshop(t);
	const outside = await folderFor(t);
	mkdirSync(join(outside, 'target'));
	const swap = `for i in $(seq 500); do rm -rf /d; ln -s ${outside} /d; rm /d; mkdir -p /d/target; echo in > /d/target/f; done`;
	const lines = [
		'FROM busybox AS base',
		'RUN mkdir -p /d/target && echo in > /d/target/f && echo up > /up',
		'FROM base AS swaps',
		`RUN touch /started; ${swap}; echo swapped; ln -s ${outside} /l`,
		'FROM base AS stays',
		...Array.from({length: 8}, (_, index) => [
			`WORKDIR /d/target/w${index}`,
			`RUN --mount=type=tmpfs,target=/d/target/m${index} echo ${index} > ../m${index}/x; cat ../f; pwd`,
		]).flat(),
		'FROM base',
		`COPY --from=swaps /d/target/f /one`,
		'COPY --from=stays /d/target/f /two',
		'COPY --from=swaps /l/target /three',
	];
	const order = {lines, contexts: {busybox: busyboxFolder()}, jobs: 2};

	const {events, trees} = await shop.build({...order, lines: lines.slice(0, -1)});
	const {error} = await shop.tell(order);

	t.regex(error?.message ?? '', /\/l\/target is not in/, 'a link that leads outside leads nowhere');
	t.is(outputOf(events).match(/^in$/gm)?.length, 8);
	t.is(outputOf(events).match(/^\/d\/target\/w\d$/gm)?.length, 8);
	t.deepEqual(trees.slice(-2), [{one: '644 3'}, {two: '644 3'}]);
	t.deepEqual(readdirSync(outside, {recursive: true}), ['target']);
	t.false(existsSync(join(outside, 'f')));
});
