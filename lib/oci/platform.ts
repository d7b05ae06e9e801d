/** https://github.com/opencontainers/image-spec/blob/main/image-index.md, property platform. */
export interface Platform {
	readonly os: string;
	readonly architecture: string;
	readonly variant?: string;
	readonly 'os.version'?: string;
	readonly 'os.features'?: readonly string[];
}
