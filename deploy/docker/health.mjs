// Whether the room in this container is alive: `node health.mjs PORT` asks it and ends with 0 or 1.
const [, , port = "9480"] = process.argv;
try {
  const answer = await fetch(`http://127.0.0.1:${port}/health/live`, { signal: AbortSignal.timeout(4000) });
  process.exitCode = answer.ok ? 0 : 1;
} catch {
  process.exitCode = 1;
}
