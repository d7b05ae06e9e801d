/** The parts of the runtime specification that strata writes. https://github.com/opencontainers/runtime-spec/blob/main/config.md */
export interface Spec {
	readonly ociVersion: string;
	readonly process: Process;
	readonly root: {readonly path: string; readonly readonly?: boolean};
	readonly hostname?: string;
	readonly mounts: readonly Mount[];
	readonly annotations?: Readonly<Record<string, string>>;
	readonly linux: Linux;
}

/** https://github.com/opencontainers/runtime-spec/blob/main/config.md#process */
export interface Process {
	readonly terminal?: boolean;
	readonly consoleSize?: {readonly height: number; readonly width: number};
	readonly user: User;
	readonly args: readonly string[];
	readonly env: readonly string[];
	readonly cwd: string;
	readonly capabilities?: Capabilities;
	readonly rlimits?: readonly Rlimit[];
	readonly noNewPrivileges?: boolean;
}

/** https://github.com/opencontainers/runtime-spec/blob/main/config.md#posix-platform-user */
export interface User {
	readonly uid: number;
	readonly gid: number;
	readonly umask?: number;
	readonly additionalGids?: readonly number[];
}

/** https://github.com/opencontainers/runtime-spec/blob/main/config.md#linux-process */
export interface Capabilities {
	readonly bounding: readonly string[];
	readonly effective: readonly string[];
	readonly permitted: readonly string[];
	readonly inheritable?: readonly string[];
	readonly ambient?: readonly string[];
}

/** https://github.com/opencontainers/runtime-spec/blob/main/config.md#posix-process; `Infinity` is RLIM_INFINITY. */
export interface Rlimit {
	readonly type: string;
	readonly soft: number;
	readonly hard: number;
}

/** https://github.com/opencontainers/runtime-spec/blob/main/config.md#mounts */
export interface Mount {
	readonly destination: string;
	readonly type?: string;
	readonly source?: string;
	readonly options?: readonly string[];
}

/** https://github.com/opencontainers/runtime-spec/blob/main/config-linux.md */
export interface Linux {
	readonly namespaces: readonly Namespace[];
	readonly seccomp?: Seccomp;
	readonly maskedPaths?: readonly string[];
	readonly readonlyPaths?: readonly string[];
}

/** https://github.com/opencontainers/runtime-spec/blob/main/config-linux.md#namespaces */
export interface Namespace {
	readonly type: 'pid' | 'network' | 'mount' | 'ipc' | 'uts' | 'user' | 'cgroup';
	readonly path?: string;
}

/** https://github.com/opencontainers/runtime-spec/blob/main/config-linux.md#seccomp */
export interface Seccomp {
	readonly defaultAction: SeccompAction;
	readonly defaultErrnoRet?: number;
	readonly architectures?: readonly string[];
	readonly syscalls?: readonly SyscallRule[];
}

export type SeccompAction = 'SCMP_ACT_ALLOW' | 'SCMP_ACT_ERRNO';

/** What happens to these calls. The first rule whose arguments match counts. */
export interface SyscallRule {
	readonly names: readonly string[];
	readonly action: SeccompAction;
	readonly errnoRet?: number;
	readonly args?: readonly SyscallArgument[];
}

export interface SyscallArgument {
	readonly index: number;
	readonly value: number;
	readonly valueTwo?: number;
	readonly op: 'SCMP_CMP_EQ' | 'SCMP_CMP_NE' | 'SCMP_CMP_MASKED_EQ';
}
