import type {AddInstruction, CopyInstruction} from '../../dockerfile/instruction.ts';
import {DockerfileError, type Location} from '../../errors.ts';
import type {Expander} from '../expand.ts';
import type {CopyStep, Heredoc} from '../plan.ts';
import {checkChmod} from './chmod.ts';
import {expanderOf, origin, type Planned, type Turn} from './draft.ts';
import {isRemote} from './remote.ts';

/** COPY: what it takes from elsewhere is another stage, a context or an image, never a URL. */
export function planCopy(turn: Turn<CopyInstruction>): Planned {
	const {instruction, surroundings} = turn;
	const step = transfer(turn);
	const remote = step.paths.findIndex(isRemote);
	if (remote >= 0) {
		throw new DockerfileError('COPY_REMOTE', `COPY: ${step.paths[remote]} is no path; only ADD fetches`, {
			location: instruction.sources[remote]?.location,
			help: [`ADD ${step.paths[remote]} ${step.destination}`],
		});
	}
	const from = instruction.from && surroundings.source(checkFrom(instruction.from), instruction);
	return {step: {...step, ...(from ? {from} : {}), parents: instruction.parents}, scope: turn.scope};
}

export function planAdd(turn: Turn<AddInstruction>): Planned {
	const {instruction} = turn;
	const {keepGitDir, unpack} = instruction;
	const step = transfer(turn);
	const checksum =
		instruction.checksum && expanderOf(turn)(instruction.checksum, flagLocation('checksum', instruction));
	if (checksum && (step.paths.length !== 1 || !step.paths.every(isRemote))) {
		throw new DockerfileError('ADD_CHECKSUM', 'ADD: --checksum needs exactly one URL or git repository', {
			location: flagLocation('checksum', instruction),
			help: ['one ADD for each:  ADD --checksum=sha256:… URL /path'],
		});
	}
	return {
		step: {
			...step,
			...(checksum ? {checksum} : {}),
			...(keepGitDir === undefined ? {} : {keepGitDir}),
			...(unpack === undefined ? {} : {unpack}),
		},
		scope: turn.scope,
	};
}

type Transfer = AddInstruction | CopyInstruction;

/** What COPY and ADD have in common. */
function transfer(turn: Turn<Transfer>): Omit<CopyStep, 'id' | 'label'> {
	const {instruction, scope} = turn;
	const expand = expanderOf(turn);
	const chown = instruction.chown && expand(instruction.chown, flagLocation('chown', instruction));
	const chmod = instruction.chmod && expand(instruction.chmod, flagLocation('chmod', instruction));
	if (chmod) checkChmod(chmod, instruction.name, flagLocation('chmod', instruction));
	const step = {
		paths: instruction.sources.map(({text, location}) => expand(text, location)),
		files: instruction.files.map(file => heredoc(file, expand)),
		destination: expand(instruction.destination.text, instruction.destination.location),
		...(chown ? {chown} : {}),
		...(chmod ? {chmod} : {}),
	};
	return {
		kind: 'copy',
		...origin(instruction),
		createdBy: createdBy(instruction, step),
		instruction: instruction.name,
		...step,
		workdir: scope.workdir,
		link: instruction.link,
		parents: false,
		exclude: instruction.exclude,
		marks: instruction.sources.map(({location}) => location),
	};
}

/** `--from`, `--link` and `--exclude` are not told, as BuildKit does (SURFACE HIS-1). */
function createdBy(
	{name, parents}: Transfer,
	{chown, chmod, paths, files, destination}: Pick<CopyStep, 'chown' | 'chmod' | 'paths' | 'files' | 'destination'>,
): string {
	const words = [
		name,
		...(parents ? ['--parents'] : []),
		...(chown ? [`--chown=${chown}`] : []),
		...(chmod ? [`--chmod=${chmod}`] : []),
		...paths,
		...files.map(file => `<<${file.name}`),
		destination,
	];
	return `${words.join(' ')} # buildkit`;
}

function heredoc({name, content, expand: isExpanded}: Transfer['files'][number], expand: Expander): Heredoc {
	return {name, content: isExpanded ? expand.body(content) : content, mode: 0o644};
}

/** The graph of stages must be known before variables are (SURFACE EXP-2). */
function checkFrom(from: NonNullable<CopyInstruction['from']>) {
	if (!/\$./.test(from.text)) return from;
	throw new DockerfileError('FROM_VARIABLE', `COPY: --from=${from.text} cannot hold a variable`, {
		location: from.location,
		help: ['name it before, and use that name: FROM $IMAGE AS name'],
	});
}

function flagLocation(name: string, {flags, location}: Transfer): Location {
	return flags.find(flag => flag.name === name)?.location ?? location;
}
