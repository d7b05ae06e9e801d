import type {Seccomp, SyscallRule} from '../oci/runtime.ts';
import {allowed, ownership, refused} from './syscalls.ts';

const ENOSYS = 38;
const EPERM = 1;

/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET together. */
const cloneNamespaces = 0x7e020000;

/** Execution domains that personality(2) may set: Linux, 32-bit machine names, no address randomisation, and asking. */
const personalities = [0x0, 0x8, 0x20000, 0x20008, 0x40000, 0xffffffff];

/** AF_VSOCK reaches the hypervisor, not the network of the container. */
const vsock = 40;

/** Names of an architecture and those it can also execute, by Node's `process.arch`. */
const architectures: Readonly<Record<string, readonly string[]>> = {
	x64: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
	arm64: ['SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM'],
	arm: ['SCMP_ARCH_ARM'],
	s390x: ['SCMP_ARCH_S390X', 'SCMP_ARCH_S390'],
	ppc64: ['SCMP_ARCH_PPC64LE'],
	riscv64: ['SCMP_ARCH_RISCV64'],
};

/**
 * The filter of a RUN, in the spirit of docker's: calls that could harm or observe the machine are refused, and a
 * call that neither list knows is ENOSYS, so that a newer C library falls back to what is known. `singleID`: calls
 * that change owners or identity are answered as done (error number 0), so that apt and dpkg work with one id.
 */
export function seccompProfile(arch: string, singleID: boolean): Seccomp {
	const pretended = new Set(singleID ? ownership : []);
	const plain = Object.values(allowed)
		.flat()
		.filter(name => !pretended.has(name) && name !== 'socket');
	return {
		defaultAction: 'SCMP_ACT_ERRNO',
		defaultErrnoRet: ENOSYS,
		...(architectures[arch] && {architectures: architectures[arch]}),
		syscalls: [
			{names: plain.toSorted(), action: 'SCMP_ACT_ALLOW'},
			...(singleID ? [answer(ownership, 0)] : []),
			answer(refused, EPERM),
			answer(['clone3'], ENOSYS),
			...cloneRules(arch),
			{names: ['socket'], action: 'SCMP_ACT_ALLOW', args: [{index: 0, value: vsock, op: 'SCMP_CMP_NE'}]},
			...personalities.map(allowPersonality),
		],
	};
}

function answer(names: readonly string[], errnoRet: number): SyscallRule {
	return {names, action: 'SCMP_ACT_ERRNO', errnoRet};
}

/** clone(2) without new namespaces; clone3 hides its flags from the filter, so it is ENOSYS and C libraries use this. */
function cloneRules(arch: string): SyscallRule[] {
	const index = arch === 's390x' ? 1 : 0;
	const args = [{index, value: cloneNamespaces, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ'}] as const;
	return [{names: ['clone'], action: 'SCMP_ACT_ALLOW', args}];
}

function allowPersonality(value: number): SyscallRule {
	return {names: ['personality'], action: 'SCMP_ACT_ALLOW', args: [{index: 0, value, op: 'SCMP_CMP_EQ'}]};
}
