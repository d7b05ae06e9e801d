import {blankSeparated} from '../arguments.ts';
import {fault} from '../fault.ts';
import type {ExposeInstruction} from '../instruction.ts';
import type {Statement} from '../statement.ts';
import {headerOf, wordOf} from './header.ts';

/** `EXPOSE port[/protocol] …`; what the words mean is known once they are expanded. */
export function readExpose(statement: Statement): ExposeInstruction {
	const header = headerOf(statement);
	const ports = blankSeparated(statement.rest);
	if (ports.length === 0) throw fault(statement, 'a port is missing', {help: ['as in: EXPOSE 80']});
	return {...header, name: 'EXPOSE', ports: ports.map(port => wordOf(port, statement))};
}
