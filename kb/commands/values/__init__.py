"""What can stand in the place of a value: names, sizes, ports, paths, images, templates."""
