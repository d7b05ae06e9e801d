import {encodeHeader, type MemberType, paddingOf} from '../../lib/layer/header.ts';

/** A member of a tar for a test: what it does not say is 0, empty, mode 0644 or, for directories, 0755. */
export interface TestMember {
	readonly name: string | Buffer;
	readonly type?: MemberType;
	readonly mode?: number;
	readonly uid?: number;
	readonly gid?: number;
	readonly mtime?: number;
	readonly content?: string | Buffer;
	readonly linkname?: string;
	readonly xattrs?: Readonly<Record<string, Uint8Array>>;
}

/** A tar of these members as they are given: also of names that no layer may have. */
export function tarOf(members: readonly TestMember[]): Buffer {
	const pieces = members.flatMap(({name, linkname, content = '', ...rest}) => {
		const body = Buffer.from(content);
		const type = rest.type ?? 'file';
		const header = encodeHeader({
			...{mode: type === 'directory' ? 0o755 : 0o644, uid: 0, gid: 0, mtime: 0, ...rest},
			...{name: Buffer.from(name), type, size: body.length},
			...(linkname !== undefined && {linkname: Buffer.from(linkname)}),
		});
		return [header, body, Buffer.alloc(paddingOf(body.length))];
	});
	return Buffer.concat([...pieces, Buffer.alloc(1024)]);
}
