/**
 * Loaded before each test file: how its process ends, once everything is closed and reported. Node 20 then waits for every
 * request to be given back, and sometimes counts one that never comes (seen with sockets that were cut on a busy machine):
 * the process spins in `Environment::CleanupHandles` for ever, after its last test passed. A process that says itself that it
 * ends does not wait. What a test leaves open still keeps its process alive: this comes after the loop has run dry.
 */
process.once('beforeExit', () => {
  // Registered now, to come after node's own, which set the exit code.
  process.on('exit', () => process.exit());
});
