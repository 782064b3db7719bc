const { chromium } = require('playwright-core');
(async () => {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  const context = await browser.newContext({ recordHar: { path: process.argv[3], content: 'embed' } });
  const page = await context.newPage();
  await page.goto(process.argv[2] + '/notes/77');
  await page.evaluate(async () => {
    const json = { 'Content-Type': 'application/json' };
    await fetch('/login', { method: 'POST', headers: json, body: '{"user":"ann","password":"hunter2"}' });
    await (await fetch('/notes', { method: 'POST', headers: json, body: '{"text":"grün","owner":"ann@example.com"}' })).text();
    await (await fetch('/notes/1')).text();
    await fetch('/notes/1', { method: 'HEAD' });
    await fetch('/notes/1', { method: 'DELETE' });
    await (await fetch('/big?q=a%20b&q=%C3%BC')).text();
    await (await fetch('/logo')).arrayBuffer();
    await (await fetch('/events')).text();
    await (await fetch('/form', { method: 'POST', body: new URLSearchParams({ a: '1', b: 'x y' }) })).text();
    await (await fetch('/form', { method: 'POST', body: new Uint8Array([0, 255, 254, 10]) })).text();
  });
  await context.close();
  await browser.close();
})();
