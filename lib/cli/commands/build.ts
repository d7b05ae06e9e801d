import {UsageError} from '../../errors.ts';
import {callOf} from '../call-flag.ts';
import type {Arguments, Command} from '../command.ts';
import {buildFlags} from '../flags.ts';
import {writesStdout} from '../output-flag.ts';
import type {Shell} from '../shell.ts';

export const command: Command = {
	name: 'build',
	usage: '[flags] PATH | URL | -',
	purpose: ['Build an image. PATH is the context; - reads a Dockerfile or a tar from stdin.'],
	flags: buildFlags,
	layout: 'groups',
	examples: [
		'strata build -t app .                            the usual',
		'strata build -t app -o out/ .                    a layout of its own',
		'strata build --target test --progress plain .    in CI',
		'git archive HEAD | strata build -t app -         a tar as context',
	],
	run,
};

async function run(args: Arguments, shell: Shell): Promise<number> {
	const call = callOf(args);
	if (!call) refuseTerminal(args, shell);
	const [{buildOptions}, {openSource}] = await Promise.all([import('../build-options.ts'), import('../source.ts')]);
	const given = buildOptions(args, shell.env);
	await using source = await openSource(args, shell);
	const {context, dockerfile} = source;
	const options = {...given, context, ...(dockerfile === undefined ? {} : {dockerfile})};
	// Without await the source would go before the build is over.
	if (call) {
		const {answerCall} = await import('../call.ts');
		return await answerCall(call, options, {args, shell});
	}
	if (args.has('verify')) {
		const {runVerify} = await import('../run-verify.ts');
		return await runVerify(options, args, shell);
	}
	const {runBuild} = await import('../run-build.ts');
	return await runBuild(options, args, shell);
}

/** An archive on a screen helps nobody. */
function refuseTerminal(args: Arguments, {stdout}: Shell): void {
	if (!stdout.isTTY || !writesStdout(args)) return;
	throw new UsageError('TERMINAL', '-o - needs a pipe or a file', {help: ['as in: strata build -o - . | podman load']});
}
