export { computeBounds } from "./bounds.js";
export { convexHull2d, createHullWorkspace, type HullWorkspace, polygonPerimeter2d } from "./convex-hull.js";
export { computeFaceNormals, computeVertexNormals } from "./normals.js";
export { createPlaneSlice, type PlaneSlice, slicePlane } from "./plane-slice.js";
export { polylineLength } from "./polyline.js";
export { createMeshTopology, type MeshTopology } from "./topology.js";
export { computeSignedVolume, computeSurfaceArea, computeVolumeGradient } from "./volume.js";
