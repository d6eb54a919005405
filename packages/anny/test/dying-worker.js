// A worker of the pool that ends when it should evaluate a body older than a hundred, or cannot start if it is told so.
import "./end-on-request.js";
import "@anny-fitter/anny/pool-worker";
