import type {Diagnosis, Finding} from '../../index.ts';
import type {Arguments, Command} from '../command.ts';
import {json} from '../flags.ts';
import {printJson, printLines} from '../print.ts';
import {rootOf} from '../root.ts';
import type {Shell} from '../shell.ts';
import type {Style} from '../style.ts';
import {noMoreWords} from '../words.ts';

export const command: Command = {
	name: 'doctor',
	usage: '[flags]',
	purpose: ['Say whether this machine can build, what is missing, and how to get it.'],
	flags: [{name: 'fix', text: 'print the cures as a shell script'}, json],
	layout: 'short',
	remark: '(exits 7 if RUN cannot)',
	examples: ['strata doctor', 'strata doctor --fix | less'],
	run,
};

async function run(args: Arguments, shell: Shell): Promise<number> {
	noMoreWords(args, 0, 'strata doctor');
	const {diagnose} = await import('../../index.ts');
	const diagnosis = await diagnose({root: await rootOf(args, shell)});
	if (args.has('json')) printJson(diagnosis, shell);
	else printLines(args.has('fix') ? fixLines(diagnosis) : diagnosisLines(diagnosis, shell.out), shell);
	return diagnosis.canRun ? 0 : 7;
}

export function diagnosisLines({findings, summary}: Diagnosis, style: Style): readonly string[] {
	return [...findings.flatMap(finding => findingLines(finding, style)), summary];
}

function findingLines(
	{topic, state, found, effect, cure}: Finding,
	{symbols, green, red, yellow}: Style,
): readonly string[] {
	const mark = {ok: green(symbols.done), warning: yellow(symbols.warning), failure: red(symbols.failed)}[state];
	const hang = ' '.repeat(20);
	return [
		`${mark} ${topic.padEnd(18)}${found}`,
		...(effect === undefined ? [] : [`${hang}${effect}`]),
		...(cure === undefined ? [] : [`${hang}cure: ${cure}`]),
	];
}

/** The cures as a script: what stands after two blanks says when, and becomes a comment. */
function fixLines({findings}: Diagnosis): readonly string[] {
	const cures = findings.flatMap(({topic, found, cure}) => (cure === undefined ? [] : [{topic, found, cure}]));
	const steps = cures.flatMap(({topic, found, cure}) => {
		const [command, when] = cure.split(/ {2,}/);
		return ['', `# ${topic}: ${found}`, ...(when === undefined ? [] : [`# ${when}`]), command ?? cure];
	});
	return ['#!/bin/sh', ...(steps.length === 0 ? ['# nothing to cure'] : ['set -e', ...steps])];
}
