import {join} from 'node:path';
import {CheckError} from '../errors.ts';
import {type BuildOptions, type OnBuild, type Verification, verifyBuild} from '../index.ts';
import type {Arguments} from './command.ts';
import {progressMode} from './mode.ts';
import {printJson, printLines} from './print.ts';
import {chooseReporter} from './report/choose.ts';
import type {Closing} from './report/closing.ts';
import type {Reporter} from './report/reporter.ts';
import {rootOf} from './root.ts';
import {follow, tellFailure, toBeFollowed} from './run-build.ts';
import type {Shell} from './shell.ts';
import {onStopSignals} from './signals.ts';
import {differenceFacts, sameLine} from './verify-text.ts';

/** Builds twice, tells of both, and says in one line, or as an error, whether they made the same. Answers with the exit code. */
export async function runVerify(options: BuildOptions, args: Arguments, shell: Shell): Promise<number> {
	const root = await rootOf(args, shell);
	const {mode} = progressMode(args.text('progress'), shell);
	noteUnused(args, shell);
	const stopping = new AbortController();
	let current: Reporter | undefined;
	using _ = onStopSignals({stop: reason => stopping.abort(reason), kill: () => current?.end()});
	let last = '';
	const onBuild: OnBuild = async (running, place) => {
		last = toBeFollowed(running).id;
		const reporter = await chooseReporter(args.has('quiet') && mode !== 'rawjson' ? 'quiet' : mode, {
			shell,
			closes: noClosing,
			logs: join(place, 'logs', running.id),
		});
		current = reporter;
		await follow(running, reporter, {closes: noClosing, stderr: shell.stderr});
	};
	let verification: Verification;
	try {
		verification = await verifyBuild({...options, root, signal: stopping.signal}, onBuild);
	} catch (error) {
		return tellFailure(error, {build: last, root}, {shell, silent: mode === 'rawjson' && last !== ''});
	}
	return tell(verification, args, shell);
}

function tell(verification: Verification, args: Arguments, shell: Shell): number {
	const {difference} = verification;
	if (args.has('json')) {
		printJson(verification, shell);
		return difference ? 8 : 0;
	}
	if (difference) {
		const {reason, ...facts} = differenceFacts(difference, verification);
		throw new CheckError('NOT_REPRODUCIBLE', reason, facts);
	}
	printLines([sameLine(verification)], shell);
	return 0;
}

/** Neither of the two builds leaves anything to sum up. */
const noClosing: Closing = {event: async () => {}, lines: () => []};

const withoutEffect = [
	...[
		'tag',
		'output',
		'trace',
		'push',
		'load',
		'manifest',
		'iidfile',
		'metadata-file',
		'attest',
		'sbom',
		'provenance',
		'oci-artifact',
	],
	...['no-cache', 'no-cache-filter', 'cache-from', 'cache-to', 'cache-mounts-from', 'cache-mounts-to'],
];

function noteUnused(args: Arguments, {stderr}: Shell): void {
	const given = withoutEffect.filter(name => args.texts(name).length > 0).map(name => `--${name}`);
	if (given.length === 0 || args.has('quiet') || args.has('json')) return;
	stderr.write(`note: --verify begins with nothing and keeps nothing: without effect ${given.join(', ')}\n`);
}
