import {blankSeparated} from '../arguments.ts';
import {fault} from '../fault.ts';
import type {FromInstruction} from '../instruction.ts';
import type {Span} from '../span.ts';
import type {Statement} from '../statement.ts';
import {headerOf, wordOf} from './header.ts';

/** `FROM [--platform=p] image [AS name]` (SURFACE FRM-1). */
export function readFrom(statement: Statement): FromInstruction {
	const header = headerOf(statement, {platform: 'value'});
	const [image, as, name, ...more] = blankSeparated(statement.rest);
	if (!image)
		throw fault(statement, 'an image or a stage is missing', {help: ['nothing to start from:  FROM scratch']});
	if (as && !/^as$/i.test(as.text)) throw unexpected(as, statement);
	if (as && !name) throw fault(statement, 'a name is missing after AS', {span: as, help: ['FROM image AS name']});
	const [extra] = more;
	if (extra) throw unexpected(extra, statement);
	const platform = header.flags.find(flag => flag.name === 'platform');
	return {
		...header,
		name: 'FROM',
		image: wordOf(image, statement),
		...(platform?.value ? {platform: {text: platform.value, location: platform.location}} : {}),
		...(as && name ? {as: {keyword: wordOf(as, statement), name: wordOf(checkName(name, statement), statement)}} : {}),
	};
}

function checkName(name: Span, statement: Statement): Span {
	if (/^[a-z][a-z0-9-_.]*$/i.test(name.text)) return name;
	throw fault(statement, `${name.text} cannot name a stage`, {
		span: name,
		help: ['a name begins with a letter, then has letters, digits and - _ . only'],
	});
}

function unexpected(span: Span, statement: Statement) {
	return fault(statement, `unexpected ${span.text}`, {span, help: ['FROM [--platform=PLATFORM] IMAGE [AS NAME]']});
}
