import type {Command} from './command.ts';
import type {Flag} from './flags.ts';

/** `strata --help`. */
export const mainHelp = `strata: builds OCI images from Dockerfiles. No root, no daemon.

Usage: strata COMMAND [flags]

Build    build      a Dockerfile into an image
         plan       what a build would do, without doing it
         lint       what could be better in a Dockerfile, and why
Look     images     the images in the store
         inspect    one image: digests, config, layers
         diff       two images: files and config;  or what a container changed
         history    the steps an image was made of
         logs       what the steps of a build printed
Keep     tag, rmi   give or take a name
         manifest   indexes: create, add, annotate, inspect, remove, rm
         prune      free space;  du: who uses it
Move     push, pull to a registry, and from one;  login, logout
         copy       between registries, layouts and archives
         save, load images to an archive, and back
         export     the files of an image, as a tar;  import: and back
Try      run        a program from an image;  ps, stop, rm: those that were run
         commit     what a container changed, as an image
Machine  doctor     can this machine build? cause and cure

Global   --root DIR  the store (else $STRATA_ROOT, else $XDG_DATA_HOME/strata)
         --json      the result as data
         --no-color  -h, --help  -V, --version

Exit codes: 0 done, 2 usage, 3 Dockerfile, 4 step failed, 5 registry, 6 store,
7 this machine cannot, 8 check, 130 stopped (1: a bug)

  strata build -t app .                build ./Dockerfile and name the image
  strata plan --json . | jq .stages    look before you build
`;

/** `strata COMMAND --help`: set by hand for 80 columns, the flags out of their table. */
export function commandHelp({
	name,
	usage,
	purpose,
	flags,
	shown: listing = flags,
	layout,
	remark,
	examples,
}: Command): string {
	const head = [`Usage: strata ${name} ${usage}`, ...(layout === 'groups' ? [''] : []), ...purpose];
	const shown = listing.filter(flag => !flag.ignored);
	const body =
		layout === 'groups'
			? ['', ...grouped(shown)]
			: layout === 'list'
				? listed(shown)
				: runTogether([...cells(shown), ...(remark ? [remark] : [])]);
	return [...head, ...body, '', ...examples.map(example => `  ${example}`), ''].join('\n');
}

function grouped(flags: readonly Flag[]): readonly string[] {
	return flags.map((flag, at) => {
		const heading = flag.group === flags[at - 1]?.group ? '' : (flag.group ?? '');
		const short = flag.short ? `-${flag.short}, ` : '    ';
		return `${heading.padEnd(9)}${short}${`${longForm(flag)} `.padEnd(23)}${explained(flag)}`;
	});
}

function listed(flags: readonly Flag[]): readonly string[] {
	const width = Math.max(...flags.map(flag => longForm(flag).length)) + 3;
	return flags.map(flag => `    ${longForm(flag).padEnd(width)}${explained(flag)}`.trimEnd());
}

/** As many to a line as there is room for. */
function runTogether(cells: readonly string[]): readonly string[] {
	const lines: string[] = [];
	for (const cell of cells) {
		const last = lines.at(-1);
		const longer = `${last}   ${cell}`;
		if (last !== undefined && longer.length < 80) lines[lines.length - 1] = longer;
		else lines.push(`    ${cell}`);
	}
	return lines;
}

/** A flag and what it does; flags that are explained together are one. */
function cells(flags: readonly Flag[]): readonly string[] {
	const found: string[] = [];
	let together = '';
	for (const flag of flags) {
		const form = flag.short && !flag.value ? `-${flag.short}` : longForm(flag);
		const cell = `${together}${form}${flag.text ? `  ${flag.text}` : ''}`;
		together = flag.asNext ? `${cell}  ` : '';
		if (!flag.asNext) found.push(cell);
	}
	return found;
}

function longForm({name, value}: Flag): string {
	return value ? `--${name} ${value}` : `--${name}`;
}

function explained({text = '', default: preset}: Flag): string {
	return preset ? `${text} (default: ${preset})` : text;
}
