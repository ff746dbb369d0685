"""New object types are named after an animal (segment_destination.txt, New objects and object types).

Which one depends on the type alone: any partition may name a type, and a type has the same name in every workspace.
"""

from typing import Final
from zlib import crc32

_NAMES: Final = """
Aardvark Albatross Alpaca Antelope Armadillo Axolotl Badger Barracuda Bat Bear Beaver Beetle Bison Boar Buffalo
Butterfly Camel Capybara Caribou Cassowary Cat Chameleon Cheetah Chinchilla Cicada Cobra Condor Coyote Crab Crane
Cricket Crocodile Crow Deer Dingo Dodo Dolphin Donkey Dove Dragonfly Duck Eagle Echidna Eel Egret Elephant Elk Emu
Falcon Ferret Finch Flamingo Fox Frog Gazelle Gecko Gerbil Gibbon Giraffe Gnu Goat Goldfinch Goose Gorilla Grasshopper
Grouse Guanaco Gull Hamster Hare Hawk Hedgehog Heron Herring Hippopotamus Hornet Horse Hummingbird Hyena Ibex Ibis
Iguana Impala Jackal Jaguar Jay Jellyfish Kangaroo Kestrel Kingfisher Kiwi Koala Kookaburra Kudu Lapwing Lark Lemming
Lemur Leopard Lion Lizard Llama Lobster Lynx Macaw Magpie Mallard Manatee Mandrill Marmot Marten Meerkat Mink Mole
Mongoose Moose Mosquito Moth Mouse Mule Narwhal Newt Nightingale Ocelot Octopus Okapi Opossum Orangutan Oryx Osprey
Ostrich Otter Owl Ox Oyster Panda Panther Parrot Partridge Peacock Pelican Penguin Pheasant Pigeon Platypus Porcupine
Porpoise Possum Puffin Puma Quail Quokka Rabbit Raccoon Raven Reindeer Rhinoceros Robin Rook Salamander Salmon
Sandpiper Sardine Seahorse Seal Shark Sheep Shrew Skunk Sloth Snail Snake Sparrow Spider Squid Squirrel Starling
Stingray Stork Swallow Swan Tapir Tarsier Termite Tiger Toad Tortoise Toucan Trout Turkey Turtle Viper Vulture Wallaby
Walrus Wasp Weasel Whale Wildcat Wolf Wolverine Wombat Woodpecker Wren Yak Zebra
"""

ANIMALS: Final = tuple(_NAMES.split())
"""Their order is part of what a type is called: new ones only at the end."""


def animal_name(object_type_id: str) -> str:
    """The name of a type: small numbers each have an animal of their own, other types one with their id behind."""
    if object_type_id.isascii() and object_type_id.isdigit() and len(object_type_id) < 10:
        number = int(object_type_id)
        if 1 <= number <= len(ANIMALS):
            return ANIMALS[number - 1]
    animal = ANIMALS[crc32(object_type_id.encode("utf-8", "surrogatepass")) % len(ANIMALS)]
    return f"{animal} {object_type_id}"
