import type {DiffID} from '../oci/digest.ts';
import type {ContainerConfig, Descriptor} from '../oci/image.ts';
import type {Store} from './store.ts';

/** `containers` records, by id: a program that was started from an image, and, once it has ended, what it changed. */
export interface ContainerRecord {
	/** 12 hex digits. */
	readonly id: string;
	readonly name: string;
	/** The image as it was asked for, and its manifest. */
	readonly image: {readonly name: string; readonly manifest: Descriptor};
	/** What runs. */
	readonly argv: readonly string[];
	/** The config of the image, with what was said otherwise when the container was started. */
	readonly config: ContainerConfig;
	/** ISO 8601. */
	readonly created: string;
	/** While it runs: the name of the socket in ROOT/tmp that tells what it changed so far. */
	readonly socket?: string;
	/** Absent while it runs, and if it was lost: killed together with us. */
	readonly end?: ContainerEnd;
}

export interface ContainerEnd {
	/** ISO 8601. */
	readonly at: string;
	/** As a shell has it: of a program that a signal ended, 128 and its number. */
	readonly exitCode: number;
	/** What the program changed, volumes left out. */
	readonly layer: {readonly descriptor: Descriptor; readonly diffID: DiffID};
}

export const containersKind = 'containers';

/** The lock that whoever runs a container holds. */
export function containerLock(id: string): string {
	return `container ${id}`;
}

/** How it is with a container at one moment. */
export interface Standing {
	readonly state: 'running' | 'ended' | 'lost';
	/** Absent if it was removed, or cannot be read. */
	readonly record: ContainerRecord | undefined;
}

/** Its record is read while nobody who runs it could end it: of one that ends meanwhile it is not said that it was lost. */
export async function standingOf(id: string, store: Pick<Store, 'tryLock' | 'records'>): Promise<Standing> {
	await using lock = store.tryLock(containerLock(id), 'shared');
	const record = store.records<ContainerRecord>(containersKind).get(id);
	return {state: record?.end ? 'ended' : lock ? 'lost' : 'running', record};
}
