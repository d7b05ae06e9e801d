import type {Dns} from './resolv-conf.ts';

/** One RUN as plain data: all that making its bundle and starting it needs besides the root filesystem. */
export interface RunJob {
	/** Unique in the store: names the container and its folders. */
	readonly id: string;
	readonly argv: readonly string[];
	/** `NAME=value`; HOME is that of the passwd of the image unless it is here and not empty. */
	readonly env: readonly string[];
	/** Absolute; made if it is not there. */
	readonly cwd: string;
	/** As in the image config: `''`, `name`, `uid`, `name:group`, `uid:gid`; resolved in the root filesystem. */
	readonly user: string;
	readonly hostname: string;
	readonly network: 'default' | 'none' | 'host';
	readonly security: 'sandbox' | 'insecure';
	/** Bytes of /dev/shm; default 64 MiB, as docker has it. */
	readonly shmSize?: number;
	/** Limits of its processes; none may be above those of the process that starts it. */
	readonly limits?: readonly ResourceLimit[];
	/** What its /etc/resolv.conf says otherwise than the machine's. */
	readonly dns?: Dns;
	/** Further lines of /etc/hosts. */
	readonly hosts: readonly {readonly name: string; readonly address: string}[];
	/** Files seen read-only at their absolute path while it runs. */
	readonly files: readonly {readonly path: string; readonly data: string; readonly mode: number}[];
	/** Folders and memory seen at an absolute path while it runs. */
	readonly mounts: readonly JobMount[];
	/** The size of the terminal that its program is given; absent: it is given none. */
	readonly terminal?: TerminalSize;
}

/** In cells. */
export interface TerminalSize {
	readonly columns: number;
	readonly rows: number;
}

/** https://man7.org/linux/man-pages/man2/getrlimit.2.html; `Infinity` is no limit. */
export interface ResourceLimit {
	/** As ulimit(1) and docker call it: `nofile`. */
	readonly name: string;
	readonly soft: number;
	readonly hard: number;
}

/** A mount with its source already found: `source` is a path of this machine. */
export type JobMount =
	| {readonly type: 'bind'; readonly source: string; readonly target: string; readonly readOnly: boolean}
	| TmpfsMount;

/** An empty filesystem in memory. */
export interface TmpfsMount {
	readonly type: 'tmpfs';
	readonly target: string;
	readonly readOnly?: boolean;
	/** Bytes. */
	readonly size?: number;
	/** Of its root. Default: what the runtime takes. */
	readonly mode?: number;
}
