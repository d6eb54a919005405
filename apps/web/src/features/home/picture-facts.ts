/** Where the tapes of pictures/body.webp end, as shares of its size, and what they say; written with it. */
export const PICTURE_FACTS = {
	width: 611,
	height: 1000,
	labels: [
		{
			id: "chest_girth",
			value_m: 0.9299,
			half_m: 0.062,
			left: {
				x: 0.4427,
				y: 0.2757,
			},
			right: {
				x: 0.7312,
				y: 0.2758,
			},
		},
		{
			id: "waist_girth",
			value_m: 0.7991,
			half_m: 0.0742,
			left: {
				x: 0.4628,
				y: 0.3536,
			},
			right: {
				x: 0.709,
				y: 0.3523,
			},
		},
		{
			id: "hip_girth",
			value_m: 1.0396,
			half_m: 0.0432,
			left: {
				x: 0.4345,
				y: 0.4737,
			},
			right: {
				x: 0.7612,
				y: 0.4735,
			},
		},
		{
			id: "thigh_girth",
			value_m: 0.6076,
			half_m: 0.0372,
			left: {
				x: 0.4145,
				y: 0.5267,
			},
			right: {
				x: 0.7676,
				y: 0.5312,
			},
		},
		{
			id: "calf_girth",
			value_m: 0.3834,
			half_m: 0.0261,
			left: {
				x: 0.4176,
				y: 0.7636,
			},
			right: {
				x: 0.7966,
				y: 0.7704,
			},
		},
		{
			id: "upper_arm_girth",
			value_m: 0.2905,
			half_m: 0.0243,
			left: {
				x: 0.3606,
				y: 0.2589,
			},
			right: {
				x: 0.8414,
				y: 0.2464,
			},
		},
	],
};
