import {createServer} from 'node:http';
import ms from 'ms';

const started = Date.now();
const port = Number(process.env.PORT ?? 8080);

const server = createServer((_request, response) => {
	response.end(`up for ${ms(Date.now() - started, {long: true})}\n`);
});
server.listen(port, () => console.log(`listening on ${server.address().port}`));
process.on('SIGTERM', () => server.close());
