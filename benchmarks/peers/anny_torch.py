"""Anny's forward pass in PyTorch, as upstream computes it, timed on the bodies that `npm run speed -- --peers` writes.

This is a transcription of the model's rules, not upstream's code: a dense blend-shape sum over all shapes, bone heads and
tails from blend shapes of their own, rest poses, forward kinematics level by level, linear blend skinning with eight bones
per vertex, float32. Blend-shape coefficients are given, so that PyTorch is spared what comes before them. Prints one JSON
object per line: threads, batch, median and minimum in ms, and the largest distance to the expected vertices in metres.

    python3 anny_torch.py FOLDER THREADS REPEATS
"""
import json
import sys
import time

import numpy as np
import torch


def load(folder):
    with open(f"{folder}/model.json") as file:
        info = json.load(file)
    arrays = {}
    for name, entry in info["arrays"].items():
        dtype = {"f32": np.float32, "i64": np.int64}[entry["type"]]
        arrays[name] = torch.from_numpy(np.fromfile(f"{folder}/{name}.bin", dtype=dtype).reshape(entry["shape"]))
    return arrays


def homogeneous(affine):
    """[..., 3, 4] → [..., 4, 4]"""
    last = torch.tensor([0.0, 0.0, 0.0, 1.0]).expand(*affine.shape[:-2], 1, 4)
    return torch.cat([affine, last], dim=-2)


class Anny:
    def __init__(self, arrays):
        self.__dict__.update(arrays)
        depth = []
        for parent in self.parents.tolist():
            depth.append(0 if parent < 0 else depth[parent] + 1)
        self.levels = [
            torch.tensor([bone for bone, d in enumerate(depth) if d == level]) for level in range(1, max(depth) + 1)
        ]
        cosine, sine = torch.cos(self.rolls), torch.sin(self.rolls)
        zero, one = torch.zeros_like(cosine), torch.ones_like(cosine)
        self.roll_matrices = torch.stack([cosine, zero, sine, zero, one, zero, -sine, zero, cosine], -1).view(-1, 3, 3)

    def rest_poses(self, heads, tails):
        y = torch.nn.functional.normalize(tails - heads, dim=-1)
        axis = torch.stack([y[..., 2], torch.zeros_like(y[..., 0]), -y[..., 0]], dim=-1)
        sine = axis.norm(dim=-1, keepdim=True)
        angle = torch.atan2(sine[..., 0], y[..., 1])
        x, _, z = (axis / sine.clamp_min(1e-12)).unbind(-1)
        zero = torch.zeros_like(x)
        skew = torch.stack([zero, -z, zero, z, zero, -x, zero, x, zero], -1).view(*x.shape, 3, 3)
        s, c = torch.sin(angle)[..., None, None], torch.cos(angle)[..., None, None]
        rotation = (torch.eye(3) + s * skew + (1 - c) * (skew @ skew)) @ self.roll_matrices
        return homogeneous(torch.cat([rotation, heads[..., None]], dim=-1))

    def forward(self, coefficients, pose_parameters):
        rest = self.template + torch.einsum("bs,svk->bvk", coefficients, self.shapes)
        heads = self.heads + torch.einsum("bs,sjk->bjk", coefficients, self.head_shapes)
        tails = self.tails + torch.einsum("bs,sjk->bjk", coefficients, self.tail_shapes)
        rest_poses = self.rest_poses(heads, tails)
        rotation = rest_poses[:, :, :3, :3].transpose(-1, -2)
        inverse = homogeneous(torch.cat([rotation, -rotation @ rest_poses[:, :, :3, 3:]], dim=-1))
        delta = homogeneous(pose_parameters)
        local = rest_poses @ delta
        root = rest_poses[:, 0].clone()
        root[:, :3, 3] = 0
        transforms = torch.empty_like(rest_poses)
        transforms[:, 0] = delta[:, 0] @ root @ inverse[:, 0]
        for bones in self.levels:
            transforms[:, bones] = transforms[:, self.parents[bones]] @ local[:, bones] @ inverse[:, bones]
        # Of five ways to write this (one gather, einsum, dense weights, …) the fastest in every batch size.
        flat = transforms[:, :, :3].reshape(len(rest), -1, 12)
        blended = sum(self.skin_weights[:, e, None] * flat[:, self.skin_bones[:, e]] for e in range(8))
        blended = blended.view(len(rest), -1, 3, 4)
        return (blended[..., :3] * rest[..., None, :]).sum(-1) + blended[..., 3]


def main():
    folder, threads, repeats = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    torch.set_num_threads(threads)
    arrays = load(folder)
    coefficients, poses, expected = (arrays.pop(name) for name in ("coefficients", "poses", "expected"))
    model = Anny(arrays)
    with torch.no_grad():
        for batch in (1, len(coefficients)):
            times = []
            error = 0.0
            for i in range(-2, repeats if batch == 1 else max(3, repeats // 8)):
                rows = slice(0, batch) if batch > 1 else slice(i % len(coefficients), i % len(coefficients) + 1)
                start = time.perf_counter()
                vertices = model.forward(coefficients[rows], poses[rows])
                if i >= 0:
                    times.append((time.perf_counter() - start) * 1000)
                error = max(error, (vertices - expected[rows]).norm(dim=-1).max().item())
            print(json.dumps({
                "version": torch.__version__, "threads": threads, "batch": batch,
                "median_ms": float(np.median(times)), "min_ms": min(times), "error_m": error,
            }), flush=True)


main()
