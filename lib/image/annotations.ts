import {formatPlatform, type Platform} from '../oci/platform.ts';

/** What an annotation can stand on: a document, or the descriptor that names it in another. */
export const annotatable = ['manifest', 'index', 'manifest-descriptor', 'index-descriptor'] as const;

export type Annotatable = (typeof annotatable)[number];

/** A note on an image (https://github.com/opencontainers/image-spec/blob/main/annotations.md). */
export interface Annotation {
	/** Default: the manifest. */
	readonly on?: Annotatable;
	/** Only on the image of this platform: `os/arch[/variant]`. */
	readonly platform?: string;
	readonly key: string;
	readonly value: string;
}

/** A document or a descriptor. */
interface Annotated {
	readonly annotations?: Readonly<Record<string, string>>;
}

/** `subject` with what is to be noted on it; what is meant for its platform wins over what is meant for all. */
export function annotated<Subject extends Annotated>(
	subject: Subject,
	on: Annotatable,
	annotations: readonly Annotation[],
	platform?: Platform,
): Subject {
	const own = platform && formatPlatform(platform);
	const meant = annotations.filter(
		note => (note.on ?? 'manifest') === on && (note.platform === undefined || note.platform === own),
	);
	if (meant.length === 0) return subject;
	const general = meant.filter(note => note.platform === undefined);
	const special = meant.filter(note => note.platform !== undefined);
	const notes = [...general, ...special].map(({key, value}) => [key, value]);
	return {...subject, annotations: {...subject.annotations, ...Object.fromEntries(notes)}};
}
