/**
 * For each point of the iBUG 68-point face annotation, the landmark of MediaPipe's 468-point mesh that lies on it:
 * jaw 0–16 from the person's right ear over the chin, brows 17–26, nose 27–35, eyes 36–47, lips 48–67. This is the
 * selection in common use; the jaw is drawn on the visible contour in iBUG and on the skin in the mesh, so jaw points
 * differ when the head is turned.
 */
export const FACE_68_INDICES: Uint16Array = Uint16Array.of(
	...[162, 234, 93, 58, 172, 136, 149, 148, 152, 377, 378, 365, 397, 288, 323, 454, 389],
	...[71, 63, 105, 66, 107],
	...[336, 296, 334, 293, 301],
	...[168, 197, 5, 4],
	...[75, 97, 2, 326, 305],
	...[33, 160, 158, 133, 153, 144],
	...[362, 385, 387, 263, 373, 380],
	...[61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181],
	...[78, 82, 13, 312, 308, 317, 14, 87],
);
