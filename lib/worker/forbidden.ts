import {readFileSync} from 'node:fs';
import {MachineError} from '../errors.ts';

/** A setting of the kernel that can forbid user namespaces, the value that does, and the one that allows them. */
interface Setting {
	readonly name: string;
	readonly forbids: string;
	readonly allows: string;
}

const settings: readonly Setting[] = [
	{name: 'user.max_user_namespaces', forbids: '0', allows: '65536'},
	{name: 'kernel.unprivileged_userns_clone', forbids: '0', allows: '1'},
	{name: 'kernel.apparmor_restrict_unprivileged_userns', forbids: '1', allows: '0'},
];

/** Why this machine gives us no user namespace, and the cure; `said` is what the attempt itself printed. */
export interface Refusal {
	readonly reason: string;
	readonly cure?: string;
}

export function findRefusal(said: string, read: (path: string) => string | undefined = readSetting): Refusal {
	const setting = settings.find(({name, forbids}) => read(`/proc/sys/${name.replaceAll('.', '/')}`) === forbids);
	if (!setting) return {reason: said.trim() || 'unshare ended without a word'};
	return {reason: `${setting.name} is ${setting.forbids}`, cure: `sysctl -w ${setting.name}=${setting.allows}`};
}

/** The error of UX.md section 3. The place in the Dockerfile is the build's to add. */
export function userNamespacesForbidden({reason, cure}: Refusal): MachineError {
	return new MachineError('USERNS_FORBIDDEN', 'this machine forbids user namespaces, which RUN needs', {
		notes: [reason],
		help: [...(cure ? [`once, as root: ${cure}`] : []), 'see everything that is missing: strata doctor'],
	});
}

function readSetting(path: string): string | undefined {
	try {
		return readFileSync(path, 'utf8').trim();
	} catch {
		return undefined;
	}
}
