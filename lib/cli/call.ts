import type {BuildOptions} from '../index.ts';
import type {Call, Method} from './call-flag.ts';
import type {Arguments} from './command.ts';
import {errorLines} from './error-text.ts';
import {printJson, printLines} from './print.ts';
import {rootOf} from './root.ts';
import type {Shell} from './shell.ts';

/** Answers the call on stdout, and with the exit code. */
export async function answerCall(
	{method, asJson}: Call,
	options: BuildOptions,
	{args, shell}: {readonly args: Arguments; readonly shell: Shell},
): Promise<number> {
	const asked = {...options, root: await rootOf(args, shell)};
	return answers[method](asked, {asJson, shell});
}

interface Asked {
	readonly asJson: boolean;
	readonly shell: Shell;
}

const answers: Readonly<Record<Method, (options: BuildOptions, asked: Asked) => Promise<number>>> = {
	async check(options, {asJson, shell}) {
		const [{check}, {checkJson, checkLines}] = await Promise.all([import('../index.ts'), import('./check-text.ts')]);
		const result = await check(options);
		if (asJson) printJson(checkJson(result), shell);
		else printLines(checkLines(result, shell), shell);
		if (shell.env.GITHUB_ACTIONS === 'true') {
			const {annotation} = await import('./report/printer.ts');
			for (const finding of result.findings) shell.stderr.write(`${annotation('warning', finding)}\n`);
		}
		if (result.error && !asJson) shell.stderr.write(`${errorLines(result.error, shell).join('\n')}\n`);
		return result.error?.exitCode ?? (result.findings.length > 0 ? 8 : 0);
	},
	async outline(options, {asJson, shell}) {
		const [{outline}, {outlineJson, outlineLines}] = await Promise.all([
			import('../index.ts'),
			import('./outline-text.ts'),
		]);
		const result = await outline(options);
		if (asJson) printJson(outlineJson(result), shell);
		else printLines(outlineLines(result), shell);
		return 0;
	},
	async targets(options, {asJson, shell}) {
		const [{targets}, {targetsJson, targetsLines}] = await Promise.all([
			import('../index.ts'),
			import('./outline-text.ts'),
		]);
		const result = await targets(options);
		if (asJson) printJson(targetsJson(result), shell);
		else printLines(targetsLines(result), shell);
		return 0;
	},
	async 'subrequests.describe'(_, {asJson, shell}) {
		const {columns} = await import('./outline-text.ts');
		if (asJson) printJson(subrequests, shell);
		else {
			const rows = subrequests.map(({name, version, description}) => [
				name.replace(/^frontend\./, ''),
				version,
				description,
			]);
			printLines(columns([['NAME', 'VERSION', 'DESCRIPTION'], ...rows], 1), shell);
		}
		return 0;
	},
	async plan(options, {asJson, shell}) {
		const [{planBuild}, {planJson, planLines}] = await Promise.all([import('../index.ts'), import('./plan-text.ts')]);
		const plans = await planBuild(options);
		if (asJson) printJson(planJson(plans), shell);
		else printLines(planLines(plans, shell.out.symbols.ellipsis), shell);
		return 0;
	},
};

/** What BuildKit's frontend can be asked, and strata in its place. */
const subrequests = [
	['frontend.outline', 'what a build of the target takes', [{name: 'target', description: 'the stage to stop at'}]],
	['frontend.targets', 'the stages that a build can stop at', []],
	['frontend.lint', 'what the linter finds', []],
	['frontend.subrequests.describe', 'what can be asked', []],
].map(([name, description, opts]) => ({
	name: String(name),
	version: '1.0.0',
	type: 'rpc',
	description: String(description),
	opts,
	metadata: [{name: 'result.json'}, {name: 'result.txt'}],
}));
