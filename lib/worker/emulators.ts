import {existsSync} from 'node:fs';
import {release} from 'node:os';
import {runs32BitPrograms} from '../linux/personality.ts';
import {formatPlatform, hostPlatform, normalizePlatform, type Platform} from '../oci/platform.ts';
import {findProgram} from '../programs.ts';
import {registrations, registry, runs} from './binfmt.ts';
import {elfPattern} from './elf-pattern.ts';

/** What runs the programs of another architecture. */
export interface Emulator {
	/** As Go names it. */
	readonly architecture: string;
	/** Whether the kernel of this machine was told of one that containers can use. */
	readonly isRegistered: boolean;
	/** One that the kernel can be told of in a namespace of ours: qemu's, as a static program. */
	readonly path?: string;
}

/** What qemu and the kernel call an architecture where Go does not call it so. */
const names: Readonly<Record<string, string>> = {
	amd64: 'x86_64',
	arm64: 'aarch64',
	'386': 'i386',
	loong64: 'loongarch64',
	mips64le: 'mips64el',
};

/** The name under which an emulator is registered: https://docs.kernel.org/admin-guide/binfmt-misc.html */
export function emulatorName(architecture: string): string {
	return `qemu-${names[architecture] ?? architecture}`;
}

/** What else the processors of a machine may run, besides programs made for them. */
const natives: Readonly<Record<string, readonly string[]>> = {amd64: ['386'], arm64: ['arm']};

/** Whether this machine itself runs the programs of a platform. */
export function isNative(platform: Platform): boolean {
	const host = hostPlatform();
	const {os, architecture} = normalizePlatform(platform);
	if (os !== host.os) return false;
	if (architecture === host.architecture) return true;
	return natives[host.architecture]?.includes(architecture) === true && isSmallNative();
}

let smallNative: boolean | undefined;

/** Many processors for arm64 run nothing of 32 bits; they are asked once. */
function isSmallNative(): boolean {
	smallNative ??= runs32BitPrograms();
	return smallNative;
}

/** What runs the programs of a platform; `none` is needed where this machine does; undefined: nothing here can. */
export function emulatorFor(platform: Platform): Emulator | 'none' | undefined {
	if (isNative(platform)) return 'none';
	const {os, architecture} = normalizePlatform(platform);
	return os === hostPlatform().os ? findEmulator(architecture) : undefined;
}

/** What is said where nothing here runs the programs of a platform. */
export function foreignPrograms(platform: Platform): string {
	return `cannot run ${formatPlatform(platform)} programs on this ${formatPlatform(hostPlatform())} machine`;
}

/** The emulator for an architecture; undefined if there is none that a RUN could use. */
function findEmulator(architecture: string): Emulator | undefined {
	const name = emulatorName(architecture);
	const isRegistered = registrations().some(one => runs(one, architecture));
	const path = canRegister() && elfPattern(architecture) ? findProgram(`${name}-static`) : undefined;
	return isRegistered || path ? {architecture, isRegistered, ...(path ? {path} : {})} : undefined;
}

/** A user namespace has a registry of its own from Linux 6.7 on, where the kernel has one at all. */
function canRegister(): boolean {
	const [major = 0, minor = 0] = release().split('.').map(Number);
	return (major > 6 || (major === 6 && minor >= 7)) && existsSync(registry);
}
