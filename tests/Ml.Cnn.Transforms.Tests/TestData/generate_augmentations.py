#!/usr/bin/env python3
"""What torchvision and Pillow make of this folder's source-rgb.png and source-gray.png, for the augmentation's tests.

Needs Python 3.9+, Pillow 9.1+ and torchvision 0.14+ (Debian: python3-pil, python3-torchvision). Run generate.py before it.
The file names carry what a test has to do: augment-SOURCE-OPERATION[-ARGUMENT…].png.
"""
import os

from PIL import Image
from torchvision.transforms import InterpolationMode
from torchvision.transforms import autoaugment
from torchvision.transforms import functional as F

os.chdir(os.path.dirname(os.path.abspath(__file__)))
MODES = {"nearest": InterpolationMode.NEAREST, "bilinear": InterpolationMode.BILINEAR}
FILL = (10, 200, 30)


def save(image, *name):
    image.save("augment-" + "-".join(str(part) for part in name) + ".png", optimize=True)


def colors(source, name):
    for factor in (0.4, 1.6):
        save(F.adjust_brightness(source, factor), name, "brightness", factor)
        save(F.adjust_contrast(source, factor), name, "contrast", factor)
    save(F.adjust_sharpness(source, 0.1), name, "sharpness", 0.1)
    save(F.adjust_sharpness(source, 1.9), name, "sharpness", 1.9)
    save(F.equalize(source), name, "equalize")
    save(F.posterize(source, 3), name, "posterize", 3)
    save(F.solarize(source, 128), name, "solarize", 128)
    save(F.invert(source), name, "invert")


def main():
    rgb, gray = Image.open("source-rgb.png"), Image.open("source-gray.png")
    colors(rgb, "rgb")
    for factor in (0.4, 1.6):
        save(F.adjust_saturation(rgb, factor), "rgb", "saturation", factor)
    for turns in (0.15, 0.4):
        save(F.adjust_hue(rgb, turns), "rgb", "hue", turns)
        save(F.adjust_hue(rgb, -turns), "rgb", "hueback", turns)
    save(F.rgb_to_grayscale(rgb, 3), "rgb", "grayscale")
    save(F.adjust_brightness(gray, 1.6), "gray", "brightness", 1.6)
    save(F.adjust_contrast(gray, 0.4), "gray", "contrast", 0.4)
    dark = F.adjust_contrast(rgb, 0.5)
    dark.save("source-dark.png", optimize=True)
    save(F.autocontrast(dark), "dark", "autocontrast")

    width, height = rgb.size
    corners = [[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]]
    moved = [[3, 4], [48, 2], [50, 36], [5, 39]]
    for name, mode in MODES.items():
        save(F.rotate(rgb, 30, mode, fill=FILL), "rgb", "rotate", 30, name)
        save(F.affine(rgb, 25, [5, -3], 1.3, [10, -5], mode, fill=FILL), "rgb", "affine", name)
        save(F.perspective(rgb, corners, moved, mode, fill=FILL), "rgb", "perspective", name)
    for operation, magnitude in (("ShearX", 0.3), ("ShearY", 0.23), ("TranslateX", 9.7), ("TranslateY", 6), ("Rotate", 20)):
        image = autoaugment._apply_op(rgb, operation, magnitude, InterpolationMode.NEAREST, list(FILL))
        save(image, "rgb", "policy", operation, magnitude)
    save(F.gaussian_blur(rgb, [5, 5], [1.0, 1.0]), "rgb", "gaussian", 5, 1.0)
    save(F.resized_crop(rgb, 7, 11, 20, 31, [24, 28]), "rgb", "resizedcrop")
    save(F.pad(rgb, [6, 6, 6, 6], padding_mode="reflect"), "rgb", "reflect", 6)
    save(F.pad(rgb, [6, 6, 6, 6], fill=FILL), "rgb", "pad", 6)


if __name__ == "__main__":
    main()
