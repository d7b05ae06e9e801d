/** A flag, wherever it shows: to the parser, in `--help`, in suggestions. */
export interface Flag {
	readonly name: string;
	readonly short?: string;
	/** What stands for its value in `--help`; absent: a switch. */
	readonly value?: string;
	/** Given more than once, all count; of other flags the last one does. */
	readonly repeat?: boolean;
	/** The only values it takes. */
	readonly choices?: readonly string[];
	/** The heading it stands under in `--help`. */
	readonly group?: string;
	/** What it does; absent where the name says it. */
	readonly text?: string;
	readonly default?: string;
	/** In a short `--help` it is explained together with the flag after it. */
	readonly asNext?: boolean;
	/** Accepted and ignored: why it does nothing here. */
	readonly ignored?: string;
}

export const root: Flag = {name: 'root', value: 'DIR', text: 'the store'};
export const json: Flag = {name: 'json'};
export const quiet: Flag = {name: 'quiet', short: 'q', text: 'ids'};
export const help: Flag = {name: 'help', short: 'h'};

/** Flags that every command takes. */
export const globalFlags: readonly Flag[] = [root, json, {name: 'no-color'}, help, {name: 'version', short: 'V'}];

const image: readonly Flag[] = [
	{name: 'tag', short: 't', value: 'NAME[:TAG]', repeat: true, text: 'name it; repeatable'},
	{name: 'label', value: 'K=V', repeat: true, text: 'add a label; repeatable'},
	{name: 'platform', value: 'OS/ARCH,..', repeat: true, text: 'for which platforms', default: 'this one'},
	{name: 'target', value: 'STAGE', text: 'stop at this stage', default: 'the last'},
];

const sources: readonly Flag[] = [
	{name: 'file', short: 'f', value: 'FILE', text: 'the Dockerfile', default: 'PATH/Dockerfile'},
	{name: 'build-context', value: 'N=SRC', repeat: true, text: 'DIR, docker-image://REF, oci-layout://DIR'},
	{name: 'build-arg', value: 'K[=V]', repeat: true, text: 'set an ARG; no V: from the environment'},
	{name: 'secret', value: 'id=ID,src=F', repeat: true, text: 'for RUN --mount=type=secret; or env=NAME'},
	{name: 'ssh', value: 'ID[=SOCK|KEY]', repeat: true, text: 'for RUN --mount=type=ssh; repeatable'},
	{name: 'allow', value: 'NAME', repeat: true, text: 'network.host, security.insecure or device'},
	{name: 'pull', text: 'ask the registry even if the base is here'},
];

const steps: readonly Flag[] = [
	{name: 'network', value: 'MODE', choices: ['default', 'none', 'host'], text: 'default, none or host'},
	{name: 'add-host', value: 'NAME:IP', repeat: true, text: 'a line in /etc/hosts; repeatable'},
	{name: 'dns', value: 'IP', repeat: true, text: 'ask this server for names; repeatable'},
	{name: 'dns-search', value: 'DOMAIN', repeat: true, text: 'where short names are looked up; repeatable'},
	{name: 'dns-option', value: 'OPTION', repeat: true, text: 'for resolv.conf; repeatable'},
	{name: 'shm-size', value: 'SIZE', text: 'of /dev/shm, as in 128m', default: '64m'},
	{name: 'ulimit', value: 'K=SOFT[:HARD]', repeat: true, text: 'as in nofile=1024:4096; -1 is none'},
	{name: 'runtime', value: 'NAME', text: 'crun, runc or a path', default: 'what works'},
	{name: 'jobs', value: 'N', text: 'steps at a time', default: 'number of cores'},
];

const cache: readonly Flag[] = [
	{name: 'no-cache', text: 'run every step'},
	{name: 'no-cache-filter', value: 'NAME', repeat: true, text: 'run every step of these stages'},
];

const result: readonly Flag[] = [
	{name: 'output', short: 'o', value: 'DEST', repeat: true, text: 'DIR, or type=oci|docker,dest=FILE'},
	{name: 'load', text: 'hand it to podman or docker'},
	{name: 'iidfile', value: 'FILE', text: 'write the id to FILE'},
];

const check: readonly Flag[] = [
	{name: 'check', text: 'only say what could be better'},
	{name: 'call', value: 'METHOD', text: 'only answer: check, outline, targets, plan'},
];

const display: readonly Flag[] = [
	{name: 'quiet', short: 'q', text: 'print the id only'},
	{name: 'progress', value: 'MODE', choices: ['auto', 'tty', 'plain', 'rawjson'], text: 'auto, tty, plain or rawjson'},
];

const leavesNone = 'strata leaves no containers';

const ignored: readonly Flag[] = [
	{name: 'rm', ignored: leavesNone},
	{name: 'force-rm', ignored: leavesNone},
	{name: 'compress', ignored: 'the context is sent nowhere'},
	{name: 'builder', value: 'NAME', ignored: 'strata is the only builder'},
	{name: 'cache-from', value: 'IMAGE', ignored: 'the cache of this store is always used, and no other yet'},
	{name: 'cgroup-parent', value: 'PATH', ignored: 'a RUN stays in the cgroup of its build'},
];

/** The flags that say what is built: those of `plan` too. */
export const planFlags: readonly Flag[] = [...grouped('Image', image), ...grouped('Sources', sources)];

export const buildFlags: readonly Flag[] = [
	...planFlags,
	...grouped('Steps', steps),
	...grouped('Cache', cache),
	...grouped('Result', result),
	...grouped('Check', check),
	...grouped('Display', display),
	...ignored,
];

function grouped(group: string, flags: readonly Flag[]): readonly Flag[] {
	return flags.map(flag => ({...flag, group}));
}
