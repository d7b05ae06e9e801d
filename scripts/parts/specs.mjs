import {spawn} from 'node:child_process';
import {tapResults} from './tap.mjs';

/** Runs compiled specs with ava, and yields what `tapResults` reads. An end that no result explains is a failure of its own. */
export async function* runSpecs(patterns, {node = process.execPath, env = {}} = {}) {
	const ava = spawn(node, ['node_modules/ava/entrypoints/cli.mjs', '--tap', ...patterns], {
		env: {...process.env, ...env},
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	const ended = new Promise(resolve => ava.on('close', resolve));
	let isExplained = false;
	for await (const result of tapResults(ava.stdout)) {
		isExplained ||= result.kind === 'failed';
		yield result;
	}
	const code = await ended;
	if (code !== 0 && !isExplained) yield {kind: 'failed', title: `ava ends with ${code}`, details: []};
}
