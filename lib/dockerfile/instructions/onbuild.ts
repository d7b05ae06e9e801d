import {fault} from '../fault.ts';
import type {Instruction, OnbuildInstruction} from '../instruction.ts';
import {innerStatement, type Statement} from '../statement.ts';
import {headerOf} from './header.ts';

/**
 * `ONBUILD instruction`. The instruction is read at once, so that its mistakes show here and not in the build of whoever
 * uses the image; BuildKit reads it when it is triggered.
 */
export function readOnbuild(statement: Statement, read: (inner: Statement) => Instruction): OnbuildInstruction {
	const header = headerOf(statement);
	const inner = innerStatement(statement);
	if (!inner) throw fault(statement, 'an instruction is missing', {help: ['as in: ONBUILD COPY . /app']});
	if (/^(?:ONBUILD|FROM|MAINTAINER)$/i.test(inner.keyword.text)) {
		throw fault(statement, `${inner.keyword.text.toUpperCase()} cannot be triggered`, {
			span: inner.keyword,
			help: ['it belongs into the Dockerfile that builds on this image'],
		});
	}
	const bodies = statement.heredocs.map(({content, name}) => `\n${content}${name}`);
	return {...header, name: 'ONBUILD', trigger: `${innerText(inner)}${bodies.join('')}`, instruction: read(inner)};
}

function innerText({text, keyword}: Statement): string {
	return text.slice(keyword.offset).trim();
}
