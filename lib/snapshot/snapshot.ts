/** A root filesystem at rest, as plain data: the names of its folders below ROOT/snapshots, the lowest first. */
export interface Snapshot {
	readonly folders: readonly string[];
}
