export { computeBounds } from "./bounds.js";
export { closestOnTriangle } from "./closest-on-triangle.js";
export { findComponents, type MeshComponents } from "./components.js";
export { convexHull2d, createHullWorkspace, type HullWorkspace, polygonPerimeter2d } from "./convex-hull.js";
export { type MergedMesh, mergeVertices } from "./merge-vertices.js";
export { computeFaceNormals, computeVertexNormals } from "./normals.js";
export { createPlaneSlice, type PlaneSlice, slicePlane } from "./plane-slice.js";
export { polylineLength } from "./polyline.js";
export {
	type RasterCamera,
	type RasterMesh,
	rasterizeDepth,
	rasterizeFaces,
	rasterizeMesh,
	rasterizeSilhouette,
	scaleCamera,
} from "./raster.js";
export { createRasterBuffer, type RasterBuffer } from "./raster-fill.js";
export { drawPolyline, type PolylineOptions } from "./raster-polyline.js";
export { type OverlayOptions, type PreviewOptions, renderOverlay, renderPreview } from "./raster-preview.js";
export type { Rgb } from "./raster-shading.js";
export { createSliceRegion, invalidateSliceRegion, type SliceRegion } from "./slice-region.js";
export { type SurfaceSamples, sampleSurface } from "./surface-samples.js";
export { createMeshTopology, type MeshTopology } from "./topology.js";
export {
	type ClosestPoint,
	closestPoint,
	createClosestPoint,
	createTriangleTree,
	refitTriangleTree,
	type TriangleTree,
} from "./triangle-tree.js";
export {
	computeSignedVolume,
	computeSurfaceArea,
	computeSurfaceAreaGradient,
	computeVolumeGradient,
} from "./volume.js";
