import test from 'ava';
import {seccompProfile} from '../../lib/runtime/seccomp.ts';
import {allowed, ownership, refused} from '../../lib/runtime/syscalls.ts';

const names = Object.values(allowed).flat();

test('no system call is listed twice, or both allowed and refused', t => {
	const all = [...names, ...refused];

	t.deepEqual(
		all.filter((name, index) => all.indexOf(name) !== index),
		[],
	);
});

test('what changes owners or identity is among what is allowed elsewhere', t => {
	t.deepEqual(
		ownership.filter(name => !names.includes(name)),
		[],
	);
});

test('an unknown call is ENOSYS, so that a C library falls back; a privileged one EPERM; clone3 ENOSYS', t => {
	const {defaultAction, defaultErrnoRet, syscalls = []} = seccompProfile('x64', false);
	const errno = (name: string) => syscalls.find(rule => rule.names.includes(name))?.errnoRet;

	t.deepEqual([defaultAction, defaultErrnoRet], ['SCMP_ACT_ERRNO', 38]);
	t.deepEqual([errno('mount'), errno('bpf'), errno('clone3'), errno('chown')], [1, 1, 38, undefined]);
});

test('with a single id, changes of owners and identity are answered as done', t => {
	const {syscalls = []} = seccompProfile('x64', true);
	const rule = syscalls.find(({names}) => names.includes('fchownat'));

	t.deepEqual(rule, {names: ownership, action: 'SCMP_ACT_ERRNO', errnoRet: 0});
	t.is(syscalls.filter(({names}) => names.includes('setuid')).length, 1);
});

test('the 32-bit and x32 calls of a machine are filtered too', t => {
	t.deepEqual(seccompProfile('x64', false).architectures, ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32']);
	t.deepEqual(seccompProfile('arm64', false).architectures, ['SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM']);
});
