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
		if (result.error && !asJson) shell.stderr.write(`${errorLines(result.error, shell).join('\n')}\n`);
		return result.error?.exitCode ?? (result.findings.length > 0 ? 8 : 0);
	},
	async plan(options, {asJson, shell}) {
		const [{planBuild}, {planLines, sortedKeys}] = await Promise.all([import('../index.ts'), import('./plan-text.ts')]);
		const plan = await planBuild(options);
		if (asJson) printJson(sortedKeys(plan), shell);
		else printLines(planLines(plan, shell.out.symbols.ellipsis), shell);
		return 0;
	},
};
