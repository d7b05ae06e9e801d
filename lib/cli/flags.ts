/** A flag, wherever it shows: to the parser, in `--help`, in suggestions. */
export interface Flag {
	readonly name: string;
	readonly short?: string;
	/** What stands for its value in `--help`; absent: a switch. */
	readonly value?: string;
	/** Given more than once, all count; of other flags the last one does. */
	readonly repeat?: boolean;
	/** An empty value says something. */
	readonly mayBeEmpty?: boolean;
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
export const progress: Flag = {
	name: 'progress',
	value: 'MODE',
	choices: ['auto', 'tty', 'plain', 'rawjson'],
	text: 'auto, tty, plain or rawjson',
};
/** Of what makes an image without a build. */
export const change: Flag = {
	...{name: 'change', short: 'c', value: 'INSTRUCTION', repeat: true},
	text: 'as in a Dockerfile: CMD, ENTRYPOINT, ENV, EXPOSE, ..',
};
export const message: Flag = {name: 'message', short: 'm', value: 'TEXT', text: 'for its history'};
/** Of what runs programs. */
export const addHost: Flag = {
	...{name: 'add-host', value: 'NAME:IP', repeat: true},
	text: 'a line in /etc/hosts; repeatable',
};
export const help: Flag = {name: 'help', short: 'h'};

/** Flags that every command takes. */
export const globalFlags: readonly Flag[] = [root, json, {name: 'no-color'}, help, {name: 'version', short: 'V'}];

const image: readonly Flag[] = [
	{name: 'tag', short: 't', value: 'NAME[:TAG]', repeat: true, text: 'name it; repeatable'},
	{name: 'label', value: 'K=V', repeat: true, text: 'add a label; repeatable'},
	{name: 'env', value: 'K[=V]', repeat: true, text: 'set a variable; an ENV of this name wins'},
	{name: 'unset', value: 'WHAT[=NAME]', repeat: true, text: 'a label, volume or port of the base, or all'},
	{name: 'unsetlabel', value: 'K', repeat: true, text: 'the same as --unset label=K'},
	{name: 'platform', value: 'OS/ARCH,..', repeat: true, text: 'for which platforms', default: 'this one'},
	{name: 'target', value: 'STAGE', text: 'stop at this stage', default: 'the last'},
];

const sources: readonly Flag[] = [
	{name: 'file', short: 'f', value: 'FILE', text: 'the Dockerfile', default: 'PATH/Dockerfile'},
	{name: 'from', value: 'NAME', text: 'in place of the first FROM'},
	{name: 'ignorefile', value: 'FILE', text: 'in place of .dockerignore'},
	{name: 'build-context', value: 'N=SRC', repeat: true, text: 'DIR, docker-image://REF, oci-layout://DIR'},
	{name: 'context-mode', value: 'MODE', choices: ['disk', 'git'], text: 'modes of files: git for 0755 and 0644'},
	{name: 'build-arg', value: 'K[=V]', repeat: true, text: 'set an ARG; no V: from the environment'},
	{name: 'secret', value: 'id=ID,src=F', repeat: true, text: 'for RUN --mount=type=secret; or env=NAME'},
	{name: 'ssh', value: 'ID[=SOCK|KEY]', repeat: true, text: 'for RUN --mount=type=ssh; repeatable'},
	{name: 'allow', value: 'NAME', repeat: true, text: 'network.host, security.insecure or device'},
	{name: 'pull', text: 'ask the registry even if the base is here'},
];

/** How registries are reached, for every command that asks one. */
export const reachFlags: readonly Flag[] = [
	{name: 'tls-verify', text: 'false: any certificate, or http'},
	{name: 'cert-dir', value: 'DIR', text: 'with ca.crt, client.cert and client.key'},
	{name: 'authfile', value: 'FILE', text: 'the logins', default: 'as podman has it'},
];

const steps: readonly Flag[] = [
	{name: 'network', value: 'MODE', choices: ['default', 'none', 'host'], text: 'default, none or host'},
	addHost,
	{name: 'dns', value: 'IP', repeat: true, text: 'ask this server for names; repeatable'},
	{name: 'dns-search', value: 'DOMAIN', repeat: true, text: 'where short names are looked up; repeatable'},
	{name: 'dns-option', value: 'OPTION', repeat: true, text: 'for resolv.conf; repeatable'},
	{name: 'shm-size', value: 'SIZE', text: 'of /dev/shm, as in 128m', default: '64m'},
	{name: 'ulimit', value: 'K=SOFT[:HARD]', repeat: true, text: 'as in nofile=1024:4096; -1 is none'},
	{name: 'runtime', value: 'NAME', text: 'crun, runc or a path', default: 'what works'},
	{name: 'jobs', value: 'N', text: 'steps at a time', default: 'number of cores'},
];

const cache: readonly Flag[] = [
	{name: 'cache-from', value: 'SRC', repeat: true, text: 'NAME, or type=local,src=DIR; repeatable'},
	{name: 'cache-to', value: 'DEST', repeat: true, text: 'NAME, type=local,dest=DIR or type=inline'},
	{name: 'cache-mounts-from', value: 'SRC', repeat: true, text: 'the same for RUN --mount=type=cache'},
	{name: 'cache-mounts-to', value: 'DEST', repeat: true, text: 'with max-size=2GB; those used last stay'},
	{name: 'no-cache', text: 'run every step'},
	{name: 'no-cache-filter', value: 'NAME', repeat: true, text: 'run every step of these stages'},
];

const times: readonly Flag[] = [
	{name: 'source-date-epoch', value: 'S', text: 'created, history, index: S; files: at most S'},
	{name: 'timestamp', value: 'S', text: 'the same, but all files of new layers: S'},
	{name: 'rewrite-timestamp', text: '=false: files of new layers keep their time'},
];

/** How layers can be compressed. */
export const compressions = ['gzip', 'zstd', 'estargz', 'uncompressed'] as const;

const result: readonly Flag[] = [
	{name: 'output', short: 'o', value: 'DEST', repeat: true, text: 'DIR, or type=oci|docker|local|tar,dest=PATH'},
	{name: 'format', value: 'TYPES', choices: ['oci', 'docker'], text: 'media types in outputs: oci or docker'},
	{name: 'compression-format', value: 'F', choices: compressions, text: 'gzip, zstd, estargz or uncompressed'},
	{name: 'compression-level', value: 'N', text: 'how hard: 0 to 9, of zstd to 22'},
	{name: 'force-compression', text: 'also the layers of bases'},
	{name: 'push', text: 'push it to the registry of its name'},
	{name: 'load', text: 'hand it to podman or docker'},
	{name: 'manifest', value: 'NAME', repeat: true, text: 'add it to this index of the store'},
	{name: 'annotation', value: '[ON:]K=V', repeat: true, text: 'on manifest, index or *-descriptor'},
	{name: 'omit-history', text: 'no history in the config'},
	{name: 'sbom', text: 'list the packages in it, beside it'},
	{name: 'provenance', value: 'MODE', text: 'state how it was built: min, max or true'},
	{name: 'attest', value: 'type=TYPE,..', repeat: true, text: 'sbom or provenance, with its attributes'},
	{name: 'oci-artifact', text: 'statements refer to the image: referrers'},
	{name: 'iidfile', value: 'FILE', text: 'write the id to FILE'},
	{name: 'metadata-file', value: 'FILE', text: 'write digests and names to FILE, as JSON'},
];

const check: readonly Flag[] = [
	{name: 'check', text: 'only say what could be better'},
	{name: 'verify', text: 'build twice: is it the same? Keeps nothing'},
	{name: 'call', value: 'METHOD', text: 'only answer: check, outline, targets, plan'},
];

const display: readonly Flag[] = [
	{name: 'quiet', short: 'q', text: 'print the id only'},
	progress,
	{name: 'trace', value: 'FILE', text: 'where the time went, for ui.perfetto.dev'},
];

const leavesNone = 'strata leaves no containers';

const ignored: readonly Flag[] = [
	{name: 'rm', ignored: leavesNone},
	{name: 'force-rm', ignored: leavesNone},
	{name: 'compress', ignored: 'the context is sent nowhere'},
	{name: 'quiet-pull', ignored: 'a base that is pulled has one row'},
	{name: 'isolation', value: 'TECH', choices: ['default', 'oci', 'rootless'], ignored: 'a RUN is always a container'},
	{name: 'builder', value: 'NAME', ignored: 'strata is the only builder'},
	{name: 'cgroup-parent', value: 'PATH', ignored: 'a RUN stays in the cgroup of its build'},
];

/** The flags that say what is built: those of `plan` too. */
export const planFlags: readonly Flag[] = [
	...grouped('Image', image),
	...grouped('Sources', [...sources, ...reachFlags]),
];

export const buildFlags: readonly Flag[] = [
	...planFlags,
	...grouped('Steps', steps),
	...grouped('Cache', cache),
	...grouped('Times', times),
	...grouped('Result', result),
	...grouped('Check', check),
	...grouped('Display', display),
	...ignored,
];

function grouped(group: string, flags: readonly Flag[]): readonly Flag[] {
	return flags.map(flag => ({...flag, group}));
}
