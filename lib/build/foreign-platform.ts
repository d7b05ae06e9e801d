import {existsSync} from 'node:fs';
import {MachineError} from '../errors.ts';
import {formatPlatform, hostPlatform, type Platform} from '../oci/platform.ts';
import type {RunStep} from '../plan/plan.ts';

/** What else the processors of a machine run, besides programs made for them. */
const natives: Readonly<Record<string, readonly string[]>> = {amd64: ['386'], arm64: ['arm']};

/** What the kernel's registry of emulators calls an architecture: https://docs.kernel.org/admin-guide/binfmt-misc.html */
const emulated: Readonly<Record<string, string>> = {
	amd64: 'x86_64',
	arm64: 'aarch64',
	'386': 'i386',
	loong64: 'loongarch64',
	mips64le: 'mips64el',
};

/** Refuses a RUN whose programs neither this machine nor an emulator can run. */
export function refuseForeignPrograms(step: RunStep, platform: Platform): void {
	const host = hostPlatform();
	const {os, architecture} = platform;
	const native = architecture === host.architecture || natives[host.architecture]?.includes(architecture);
	if (os === host.os && (native || hasEmulator(architecture))) return;
	throw new MachineError(
		'FOREIGN_PLATFORM',
		`cannot run ${formatPlatform(platform)} programs on this ${formatPlatform(host)} machine`,
		{
			location: step.location,
			help: [
				'let the stage run here: FROM --platform=$BUILDPLATFORM NAME',
				'or register an emulator: apt install qemu-user-static',
			],
		},
	);
}

function hasEmulator(architecture: string): boolean {
	return existsSync(`/proc/sys/fs/binfmt_misc/qemu-${emulated[architecture] ?? architecture}`);
}
