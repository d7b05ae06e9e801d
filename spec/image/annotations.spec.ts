import test from 'ava';
import {type Annotation, annotated} from '../../lib/image/annotations.ts';

const amd64 = {os: 'linux', architecture: 'amd64'};
const all: readonly Annotation[] = [
	{key: 'a', value: 'special', platform: 'linux/amd64'},
	{key: 'a', value: 'general'},
	{key: 'b', value: 'other', platform: 'linux/arm64'},
	{key: 'c', value: 'index', on: 'index'},
];

test('what is meant for a platform wins over what is meant for all, wherever it stands', t => {
	t.deepEqual(annotated({}, 'manifest', all, amd64), {annotations: {a: 'special'}});
	t.deepEqual(annotated({}, 'manifest', all), {annotations: {a: 'general'}});
	t.deepEqual(annotated({}, 'index', all), {annotations: {c: 'index'}});
});

test('what has annotations keeps those that are not given anew', t => {
	const subject = {annotations: {a: 'old', d: 'old'}};

	t.deepEqual(annotated(subject, 'manifest', all, amd64), {annotations: {a: 'special', d: 'old'}});
	t.is(annotated(subject, 'index-descriptor', all), subject);
});
