import type {Location} from '../errors.ts';
import type {Healthcheck} from '../oci/image.ts';
import type {Platform} from '../oci/platform.ts';

/** What a build will do: frozen data, without a time or a path of this machine, printable and comparable. */
export interface BuildPlan {
	readonly version: 1;
	/** Name of the target stage. */
	readonly target: string;
	readonly platform: Platform;
	/** The Dockerfile as named to people. */
	readonly file: string;
	/** The stages that the target reaches, in build order: every stage stands after those it needs. */
	readonly stages: readonly Stage[];
	/** Names of the stages that the target does not need. */
	readonly omitted: readonly string[];
	/** SOURCE_DATE_EPOCH, in seconds: the one time of all that is made. */
	readonly epoch?: number;
	/** Build args given that no ARG declares, each with the nearest declared name if there is one. */
	readonly unusedArgs: readonly {readonly name: string; readonly suggestion?: string}[];
}

/** A chain of steps on a base. */
export interface Stage {
	/** The name after AS, lower-cased, or `stage0` for the first FROM, and so on. */
	readonly name: string;
	/** Which FROM of the Dockerfile, from 0. */
	readonly index: number;
	readonly base: Base;
	readonly platform: Platform;
	/** Names of the stages whose files or config this one uses, in order of first use. */
	readonly needs: readonly string[];
	/** The first is the `base` step of the FROM. */
	readonly steps: readonly Step[];
}

/** What a FROM, a `COPY --from` or a `--mount from=` stands for. */
export type Base =
	| {readonly kind: 'scratch'}
	| {readonly kind: 'stage'; readonly stage: string}
	/** `name` as written, after expansion. `resolved` is what it stood for when somebody asked: `NAME@sha256:…`. */
	| {readonly kind: 'image'; readonly name: string; readonly platform: Platform; readonly resolved?: string}
	/** A `--build-context` whose source is a folder: only its files. `source` as given on the command line. */
	| {readonly kind: 'context'; readonly name: string; readonly source: string}
	/** A `--build-context` of `oci-layout://` or `docker-image://`. */
	| {
			readonly kind: 'layout' | 'docker-image';
			readonly name: string;
			readonly source: string;
			readonly platform: Platform;
	  };

export type Step = BaseStep | RunStep | CopyStep | WorkdirStep | ConfigStep;

/** What all steps have. */
interface StepCommon {
	/** `s1`, `s2`, … in the order of the Dockerfile over what the target reaches. */
	readonly id: string;
	/** What people call it: `2/3`, or `build 2/5` where there are several stages. */
	readonly label: string;
	/** The instruction as written, continuation lines joined, blanks collapsed, a heredoc as `RUN <<EOF (12 lines)`. */
	readonly text: string;
	readonly location: Location;
	/** `created_by` of the history entry (SURFACE HIS-1). Absent for FROM and ONBUILD. */
	readonly createdBy?: string;
	/** Where words stand that an error may mean, no part of any key: of a copy, each of `paths`; of a RUN, each of `mounts`. */
	readonly marks?: readonly Location[];
}

export interface BaseStep extends StepCommon {
	readonly kind: 'base';
}

export interface RunStep extends StepCommon {
	readonly kind: 'run';
	/** argv, the shell included. */
	readonly command: readonly string[];
	/** The whole environment: the image's and the build args in scope, `NAME=value`, a default PATH included, HOME not. */
	readonly env: readonly string[];
	/** Proxy variables given as build args: for the environment, not for the key or the history (ARG-3). */
	readonly proxyEnv: readonly string[];
	/** As in the config: `''` is root. */
	readonly user: string;
	/** Absolute. */
	readonly workdir: string;
	readonly network: 'default' | 'none' | 'host';
	readonly security: 'sandbox' | 'insecure';
	/** Devices by their CDI names, in the order of the flags: https://github.com/cncf-tags/container-device-interface */
	readonly devices?: readonly {readonly name: string; readonly required: boolean; readonly location: Location}[];
	/** What its flags ask for that a build must be allowed; the network of the build itself is none of it. */
	readonly entitlements?: readonly AskedEntitlement[];
	readonly mounts: readonly Mount[];
	/** Files to be seen below /dev/pipes while it runs: heredocs that are programs, or further descriptors (PAR-12). */
	readonly heredocs: readonly Heredoc[];
}

/** What a RUN may not do unless the build is allowed to, and where it asks for it (SURFACE CLI-16). */
export interface AskedEntitlement {
	readonly name: 'network.host' | 'security.insecure';
	readonly location: Location;
}

/** A `RUN --mount`, its values expanded and its defaults filled in. */
export interface Mount {
	readonly type: 'bind' | 'cache' | 'tmpfs' | 'secret' | 'ssh';
	/** Absolute, cleaned. */
	readonly target?: string;
	/** Of bind and cache; absent: the build context for bind, scratch for cache. */
	readonly from?: Base;
	readonly source?: string;
	readonly id?: string;
	readonly sharing?: 'shared' | 'private' | 'locked';
	readonly readOnly: boolean;
	readonly required?: boolean;
	readonly env?: string;
	readonly size?: number;
	readonly mode?: number;
	readonly uid?: number;
	readonly gid?: number;
}

/** A heredoc as a file. */
export interface Heredoc {
	readonly name: string;
	readonly content: string;
	readonly mode: number;
}

/** COPY and ADD. */
export interface CopyStep extends StepCommon {
	readonly kind: 'copy';
	readonly instruction: 'COPY' | 'ADD';
	/** Where `paths` are looked up; absent: the main build context. */
	readonly from?: Base;
	/** Source paths or patterns as expanded. For ADD also URLs and git repositories. */
	readonly paths: readonly string[];
	/** Heredocs, copied after `paths`. */
	readonly files: readonly Heredoc[];
	/** As expanded, trailing slash kept; relative ones are joined to `workdir`. */
	readonly destination: string;
	readonly workdir: string;
	/** `user[:group]`, names or numbers. */
	readonly chown?: string;
	/** Octal or symbolic, as expanded. */
	readonly chmod?: string;
	readonly link: boolean;
	readonly parents: boolean;
	readonly exclude: readonly string[];
	/** ADD only: unpack local archives (default true for local ones, false for URLs). */
	readonly unpack?: boolean;
	readonly checksum?: string;
	readonly keepGitDir?: boolean;
}

/** WORKDIR: sets the config and makes the directory. */
export interface WorkdirStep extends StepCommon {
	readonly kind: 'workdir';
	/** Absolute, cleaned. */
	readonly path: string;
	/** Who owns it if it must be made (WD-1): the USER in force. */
	readonly user: string;
	readonly change: ConfigChange;
}

/** Everything that only changes the config. */
export interface ConfigStep extends StepCommon {
	readonly kind: 'config';
	readonly change: ConfigChange;
}

/** A change of the image config, resolved: values are expanded, shells prefixed, paths joined. ARG changes nothing. */
export type ConfigChange =
	| {readonly set: 'arg'}
	| {readonly set: 'env'; readonly values: readonly (readonly [name: string, value: string])[]}
	| {readonly set: 'labels'; readonly values: readonly (readonly [name: string, value: string])[]}
	| {readonly set: 'workdir'; readonly path: string}
	| {readonly set: 'user'; readonly user: string}
	| {readonly set: 'cmd'; readonly argv: readonly string[]; readonly shellForm: boolean}
	| {readonly set: 'entrypoint'; readonly argv: readonly string[]; readonly shellForm: boolean}
	| {readonly set: 'ports'; readonly ports: readonly string[]}
	| {readonly set: 'volumes'; readonly paths: readonly string[]}
	| {readonly set: 'shell'; readonly argv: readonly string[]}
	| {readonly set: 'stop-signal'; readonly signal: string}
	| {readonly set: 'healthcheck'; readonly healthcheck: Healthcheck}
	| {readonly set: 'onbuild'; readonly trigger: string}
	| {readonly set: 'author'; readonly author: string};
