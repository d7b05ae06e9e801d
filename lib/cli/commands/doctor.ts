import type {Arguments, Command} from '../command.ts';
import {diagnosisLines, fixLines} from '../doctor-text.ts';
import {json} from '../flags.ts';
import {printJson, printLines} from '../print.ts';
import {rootOf} from '../root.ts';
import type {Shell} from '../shell.ts';
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
