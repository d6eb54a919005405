export { createCallInterceptor, withInterceptors } from "./call-interceptor.js";
export { connectCodeOf, fromConnectError, toConnectError } from "./connect-errors.js";
export { type GrpcTransportOptions, type OpenedTransport, openGrpcTransport } from "./grpc-transport.js";
export { addHealthService, type HealthSource } from "./health.js";
export { createErrorInterceptor, createLogInterceptor, type RpcLog } from "./interceptors.js";
export { type RpcServer, type RpcServerOptions, startRpcServer } from "./rpc-server.js";
export { type RunnableService, runService } from "./run-service.js";
export {
	choiceVariable,
	type Environment,
	integerVariable,
	readServiceSettings,
	type ServiceSettings,
} from "./service-settings.js";
