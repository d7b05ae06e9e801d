import type {Distribution} from './package.ts';

/** Where os-release(5) lies, in the order in which it is looked for. */
export const osReleasePaths = ['etc/os-release', 'usr/lib/os-release'] as const;

/** What an os-release says. */
export function readDistribution(text: string): Distribution {
	const id = fieldOf('ID', text);
	const version = fieldOf('VERSION_ID', text);
	return {id, release: id && version ? `${id}-${version}` : id};
}

function fieldOf(name: string, text: string): string {
	const [, value = ''] = new RegExp(`^${name}=["']?([^"'\\n]*)["']?\\s*$`, 'm').exec(text) ?? [];
	return value.trim();
}
