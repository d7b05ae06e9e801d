import type {Package} from '../package.ts';
import {type Paragraph, paragraphs} from '../paragraphs.ts';
import {packageURL} from '../purl.ts';
import type {Reader} from '../reader.ts';

/**
 * What pip and its like have installed (https://packaging.python.org/specifications/core-metadata/), and what distributions keep of the format
 * before it: an egg-info that is a file, or a folder with PKG-INFO.
 */
export const python: Reader = {
	kind: 'python',
	wants: ({path}) => /\.dist-info\/METADATA$|\.egg-info(?:\/PKG-INFO)?$|\/EGG-INFO\/PKG-INFO$/.test(path),
	read: content => packageOf(content.toString()),
};

/** The first paragraph is the head; what follows is the description. */
function packageOf(text: string): readonly Package[] {
	const [headText = ''] = text.split(/\r?\n\r?\n/, 1);
	const [head = new Map()] = paragraphs(headText);
	const [name, version, author] = ['name', 'version', 'author'].map(field => head.get(field));
	if (!name || !version) return [];
	const normalized = name.toLowerCase().replaceAll('_', '-');
	return [
		{
			name,
			version,
			purl: packageURL({type: 'pypi', name: normalized, version}),
			licences: licencesOf(head, headText),
			...(author && author !== 'UNKNOWN' ? {supplier: author} : {}),
		},
	];
}

/** The expression where there is one; else the name, if it is one and not the text; else what it is classified as. */
function licencesOf(head: Paragraph, text: string): readonly string[] {
	const expression = head.get('license-expression') ?? head.get('license');
	if (expression && expression !== 'UNKNOWN' && !expression.includes('\n')) return [expression];
	return [...text.matchAll(/^Classifier: License ::(?: OSI Approved ::)? (.+)$/gm)].map(([, name = '']) => name.trim());
}
