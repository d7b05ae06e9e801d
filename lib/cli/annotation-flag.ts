import {UsageError} from '../errors.ts';
import type {Annotation} from '../index.ts';

type On = NonNullable<Annotation['on']>;

const places: readonly On[] = ['manifest', 'index', 'manifest-descriptor', 'index-descriptor'];

/** `KEY=VALUE`, `index:KEY=VALUE`, `manifest[linux/arm64],manifest-descriptor:KEY=VALUE`, as with buildx: one annotation for each place. */
export function parseAnnotation(text: string): readonly Annotation[] {
	const at = text.indexOf('=');
	const [name, value] = [text.slice(0, at), text.slice(at + 1)];
	const [, list = 'manifest', key = ''] = /^(?:([^:]*):)?(.*)$/s.exec(name) ?? [];
	const on = list.split(',').map(placeOf);
	if (at === -1 || key === '' || !on.every(place => place !== undefined)) throw badAnnotation(text);
	return on.map(place => ({...place, key, value}));
}

/** `annotation.KEY`, `annotation-index.KEY`, `annotation-manifest[linux/arm64].KEY`: attributes of an output, as BuildKit names them. */
export function annotationAttribute(name: string, value: string): Annotation | undefined {
	const [, on = 'manifest', platform = '', key] = /^annotation(?:-([a-z-]+))?(\[[^\]]*\])?\.(\S+)$/.exec(name) ?? [];
	const place = key === undefined ? undefined : placeOf(on + platform);
	return place && key !== undefined ? {...place, key, value} : undefined;
}

function placeOf(text: string): Pick<Annotation, 'on' | 'platform'> | undefined {
	const [, name, platform] = /^([a-z-]+)(?:\[([\w/.-]+)\])?$/.exec(text) ?? [];
	const on = places.find(place => place === name);
	return on && {on, ...(platform === undefined ? {} : {platform})};
}

function badAnnotation(text: string): UsageError {
	return new UsageError('FLAG_VALUE', `--annotation cannot be ${text}`, {
		help: [
			'as in: --annotation org.opencontainers.image.version=1.4',
			"or elsewhere: --annotation 'index,manifest[linux/arm64]:KEY=VALUE'",
			`it stands on: ${places.join(', ')}`,
		],
	});
}
