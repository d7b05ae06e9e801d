import {suggest} from '../../dockerfile/suggest.ts';
import {UsageError} from '../../errors.ts';
import type {Arguments, Command} from '../command.ts';
import {planFlags} from '../flags.ts';
import type {Shell} from '../shell.ts';
import {noMoreWords} from '../words.ts';

const own = [
	{name: 'explain', value: 'RULE', text: 'why a rule is one, with an example'},
	{name: 'json', text: 'the findings as data'},
] as const;

export const command: Command = {
	name: 'lint',
	usage: '[flags] [PATH]',
	purpose: [
		'Say what could be better in a Dockerfile, as build --check does. Without PATH,',
		'list the rules. Image and Sources flags as in build',
	],
	flags: [...planFlags, ...own],
	shown: own,
	layout: 'list',
	examples: ['strata lint .', 'strata lint --explain JSONArgsRecommended'],
	run,
};

async function run(args: Arguments, shell: Shell): Promise<number> {
	noMoreWords(args, 1, 'strata lint .');
	const name = args.text('explain');
	if (name !== undefined) return explain(name, args, shell);
	return args.words.length === 0 ? list(args, shell) : check(args, shell);
}

async function explain(name: string, args: Arguments, shell: Shell): Promise<number> {
	noMoreWords(args, 0, `strata lint --explain ${name}`);
	const [{lintRules, rulePage}, {rulePageLines}, {printJson, printLines}] = await Promise.all([
		import('../../index.ts'),
		import('../rule-text.ts'),
		import('../print.ts'),
	]);
	const card = lintRules.find(rule => rule.name.toLowerCase() === name.toLowerCase());
	const page = card && rulePage(card.name);
	if (!card || !page) throw unknownRule(name, lintRules);
	if (args.has('json')) printJson({...card, ...page}, shell);
	else printLines(rulePageLines(card, page), shell);
	return 0;
}

async function list(args: Arguments, shell: Shell): Promise<number> {
	const [{lintRules}, {printJson}, {printTable}] = await Promise.all([
		import('../../index.ts'),
		import('../print.ts'),
		import('../print-table.ts'),
	]);
	if (args.has('json')) {
		const cards = lintRules.map(({name, description, url, experimental}) => ({name, description, url, experimental}));
		printJson(cards, shell);
		return 0;
	}
	const columns = [{head: 'RULE'}, {head: 'WHAT IT SAYS', flexible: true}];
	const rows = lintRules.map(({name, description, experimental}) => [
		name,
		experimental ? `(experimental) ${description}` : description,
	]);
	printTable(columns, rows, shell);
	return 0;
}

async function check(args: Arguments, shell: Shell): Promise<number> {
	const [{buildOptions}, {openSource}, {answerCall}] = await Promise.all([
		import('../build-options.ts'),
		import('../source.ts'),
		import('../call.ts'),
	]);
	await using source = await openSource(args, shell);
	const {context, dockerfile} = source;
	const options = {...buildOptions(args, shell.env), context, ...(dockerfile === undefined ? {} : {dockerfile})};
	return await answerCall({method: 'check', asJson: args.has('json')}, options, {args, shell});
}

function unknownRule(name: string, rules: readonly {readonly name: string}[]): UsageError {
	const [nearest] = suggest(
		name,
		rules.map(rule => rule.name),
	);
	return new UsageError('UNKNOWN_RULE', `there is no rule ${name}`, {
		help: [...(nearest ? [`did you mean ${nearest}?`] : []), 'all rules: strata lint'],
	});
}
